import { plainText, splitWords } from "./_names.ts";

const generic = new Set(
  "entity entities resource resources table tables model models field fields attribute attributes property properties column columns schema schemas data domain object objects record records type types the a an of for and definition definitions core main description structure details database api information its overview persistence storage".split(
    " ",
  ),
);
const notEntities =
  /\b(?:quer(?:y|ies)|param(?:eter)?s?|filter(?:s|ing)?|sort(?:ing)?|environment|config(?:uration)?|settings|errors?|status codes?|headers?|endpoints?|routes?|pagination|auth(?:entication|orization)?|security|requirements?|rules?|behaviou?r|non-functional|glossary|goals?|scope|deliverables?|milestones?|operations?|examples?|constraints|technology|stack|architecture|background|introduction|purpose|users|roles|lifecycle|transitions?|workflow|conventions?|limits|search(?:ing)?)\b/i;

/** The entity a heading names: "3.1 The Task entity" gives "Task"; undefined when it names none. */
export function entityOfHeading(heading: string): string | undefined {
  const plain = plainText(heading)
    .replace(/^[\d.]+\)?\s+/, "")
    .replace(/\s*\([^)]*\)\s*$/, "")
    .replace(/^(?:entity|resource|table|model|object|data model|schema)\s*\d*\s*[:–—-]\s*/i, "");
  if (notEntities.test(plain)) return undefined;
  return properName(plain.split(/\s+[–—-]\s+|:\s/)[0] ?? "");
}

/** The entity a sentence introduces: "Each **book** has the following fields:" gives "book". */
export function entityOfIntro(text: string): string | undefined {
  const line = text.trim().split("\n").at(-1)?.trim() ?? "";
  const bold = /^(?:\*\*|__)([^*_]+?)(?::)?(?:\*\*|__)\s*(?:\([^)]*\))?\s*(?:[:—–-].*)?$/.exec(line);
  if (bold !== null) return properName(bold[1] ?? "");
  const plain = plainText(text);
  const verbs = "has|have|consists|contains|includes|carries|stores|records|holds|is described by|is made of|with";
  const sentence = new RegExp(
    `(?:^|[.:]\\s+)(?:each|every|an?|the|all|for (?:each|every|an?))\\s+([\\w -]{2,30}?)\\s+(?:${verbs}|we (?:keep|store|record))\\b[^.]*[:.]?$`,
    "i",
  ).exec(plain);
  if (sentence !== null) return properName(sentence[1] ?? "");
  const fieldsOf =
    /\b(?:fields|attributes|properties|columns|data) (?:of|for) (?:each|every|an?|the)?\s*([\w -]{2,30}?)\s*(?:are|is|entity|resource)?[^.]*:$/i.exec(
      plain,
    );
  if (fieldsOf !== null) return properName(fieldsOf[1] ?? "");
  const alone = /^([A-Z][\w -]{1,30}):$/.exec(plain);
  return alone === null ? undefined : properName(alone[1] ?? "");
}

function properName(text: string): string | undefined {
  const words = splitWords(plainText(text)).filter((word) => !generic.has(word));
  if (words.length === 0 || words.length > 3 || words.some((word) => !/^[a-z]/.test(word))) return undefined;
  return notEntities.test(words.join(" ")) ? undefined : words.join(" ");
}
