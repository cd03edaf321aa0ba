const irregularPlurals: Record<string, string> = {
  person: "people",
  child: "children",
  man: "men",
  woman: "women",
  foot: "feet",
  tooth: "teeth",
  mouse: "mice",
  leaf: "leaves",
  shelf: "shelves",
  life: "lives",
  knife: "knives",
  half: "halves",
  criterion: "criteria",
  medium: "media",
  datum: "data",
};

const irregularSingulars = Object.fromEntries(Object.entries(irregularPlurals).map(([one, many]) => [many, one]));
const unchanged = new Set([
  "series",
  "species",
  "equipment",
  "staff",
  "news",
  "status",
  "analysis",
  "address",
  "class",
]);

const remembered = new Map<string, readonly string[]>();
const mostRemembered = 20_000;

/**
 * The words of an identifier or a title in lower case: `OrderItem`, `order_item` and `Order items` give the same two (in
 * number as written). Remembers what it split, since every rule asks for the same sentences.
 */
export function splitWords(text: string): readonly string[] {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  if (remembered.size >= mostRemembered) remembered.clear();
  const words = cutWords(text);
  remembered.set(text, words);
  return words;
}

function cutWords(text: string): string[] {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[^A-Za-z0-9]+/g, " ")
    .trim()
    .toLowerCase()
    .split(" ")
    .filter((word) => word !== "");
}

export function singularOf(word: string): string {
  const irregular = irregularSingulars[word];
  if (irregular !== undefined) return irregular;
  if (unchanged.has(word) || word.length < 3) return word;
  if (/[^aeiou]ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z|us)es$/.test(word)) return word.slice(0, -2);
  if (/(?:ss|us|is)$/.test(word) || !word.endsWith("s")) return word;
  return word.slice(0, -1);
}

function pluralOf(word: string): string {
  const irregular = irregularPlurals[word];
  if (irregular !== undefined) return irregular;
  if (singularOf(word) !== word && word.endsWith("s")) return word;
  if (/^(?:series|species|equipment|staff|news)$/.test(word)) return word;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/(?:s|sh|ch|x|z)$/.test(word)) return `${word}es`;
  return `${word}s`;
}

/** Words in the singular joined without separators, to compare names in any notation and number. */
export function nameKey(text: string): string {
  const words = splitWords(text);
  const last = words.at(-1);
  return last === undefined ? "" : [...words.slice(0, -1), singularOf(last)].join("");
}

/** Snake case in the singular: the name of an entity. */
export function entityName(text: string): string {
  const words = splitWords(text);
  const last = words.at(-1);
  return last === undefined ? "" : [...words.slice(0, -1), singularOf(last)].join("_");
}

/** Snake case in the plural: the name of a table. */
export function pluralName(text: string): string {
  const words = splitWords(text);
  const last = words.at(-1);
  return last === undefined ? "" : [...words.slice(0, -1), pluralOf(singularOf(last))].join("_");
}

/** Removes Markdown marks: emphasis, code, links, and the number or label in front of a title. */
export function plainText(text: string): string {
  return text
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[`*]/g, "")
    .replaceAll(/(^|\s)_([^_]+)_(?=\s|$|[.,;:])/g, "$1$2")
    .replaceAll(/\s+/g, " ")
    .trim();
}
