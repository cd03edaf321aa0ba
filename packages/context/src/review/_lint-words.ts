import type { Requirement } from "@ccb/core";
import { beginsWithVerb } from "../requirements/_statement.ts";
import type { LintFinding } from "./lint-spec.ts";

/** Words that mean something else to every reader wherever a requirement has them. */
const VAGUE =
  /\b(?:user.friendly|intuitive(?:ly)?|robust|flexible|appropriate(?:ly)?|adequate(?:ly)?|reasonabl[ey]|as needed|as appropriate|if necessary|if possible|where possible|as (?:fast|soon|much|many|quickly|often) as possible|etc\.?|and so on|and\/or|tbd|tba|to be (?:determined|defined|decided)|seamless(?:ly)?|state.of.the.art|best effort|high.quality|sufficient(?:ly)?|scalable|timely|periodically)(?!\w)/gi;
/** Words that only describe in a description, and leave open what is asked for where something is asked for. */
const LOOSE =
  /\b(?:some|several|various|many|few|normally|usually|generally|typically|often|modern|good|nice|simple|minimal|optimal|significant(?:ly)?|regular(?:ly)?|recent|easy|easily)(?!\w)/gi;
/** Sizes and speeds: a number beside them says what is meant. */
const RELATIVE = /\b(?:fast|quick(?:ly)?|slow(?:ly)?|efficient(?:ly)?|large|small)(?!\w)/gi;
/** Phrases in which such a word is exact. */
const EXACT =
  /\b(?:how|as|too|so) (?:many|few)\b|\b(?:one|many).to.many\b|\bmost recent\b|\bnice.to.have\b|\bregular (?:expressions?|files?|users?)\b|\b(?:fails?|failing) fast\b|\bslow(?:s|ed|ing)? down\b|\b(?:good|best) (?:faith|practices?)\b|\bknown good\b|\bfor good\b|\bat least some\b|\bsimple majority\b/gi;

/** Qualities no test can show without a value. */
const QUALITY =
  /\b(?:fast|quick(?:ly)?|slow|easy to|user.friendly|intuitive|robust|flexible|efficient(?:ly)?|scalable|performant|responsive|high(?:ly)? (?:available|performance|quality)|maintainable|seamless(?:ly)?|state.of.the.art)\b|\b(?:be|is|are|stay|remain|feel|look) (?:very |highly |always )?(?:reliable|secure|good|nice|modern|stable|safe)\b/i;
const OPEN = /\b(?:tbd|tba|to be (?:determined|defined|decided)|\?\?\?|xxx)\b/i;
const ASKS = /\b(?:shall|must|should|will|needs? to|ha(?:s|ve) to)\b/i;

/** Words of a requirement that leave it open, and whether a test can show it at all. */
export function lintWords(requirement: Requirement): LintFinding[] {
  const place = { span: requirement.span, requirementId: requirement.id };
  const text = requirement.text.replace(EXACT, " ");
  const asks = ASKS.test(text) || beginsWithVerb(text);
  const measured = requirement.measure !== undefined || /\d/.test(text);
  const kinds = [VAGUE, ...(asks ? [LOOSE] : []), ...(measured ? [] : [RELATIVE])];
  const words = new Set(kinds.flatMap((kind) => [...text.matchAll(kind)].map(([word]) => word.toLowerCase())));
  const findings: LintFinding[] = [...words].map((word) => ({
    rule: "ambiguous-word",
    message: `"${word}" means something else to every reader: name a value, a list or a rule.`,
    ...place,
  }));
  if (OPEN.test(text)) {
    findings.push({ rule: "untestable", message: "It is not decided yet: a test cannot be written.", ...place });
  } else if (!measured && QUALITY.test(text)) {
    findings.push({
      rule: "untestable",
      message: "It names a quality without a value that a test could compare: add a number and a unit.",
      ...place,
    });
  }
  return findings;
}
