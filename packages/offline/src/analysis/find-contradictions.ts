import type { PromptRequirement } from "../request/read-prompt.ts";

const most = 3;

/**
 * Pairs of requirements that cannot both hold, by rule: the same sentence with another number, or with and without "not".
 * Compares by a key of the other words, so it is linear in the number of requirements.
 */
export function findContradictions(requirements: readonly PromptRequirement[]): string[] {
  const byWords = new Map<string, { requirement: PromptRequirement; numbers: string; negated: boolean }>();
  const found: string[] = [];
  for (const requirement of requirements) {
    const words = requirement.text.toLowerCase().match(/[\p{L}\p{N}_./-]+/gu) ?? [];
    const numbers = words.filter((word) => /^\d/.test(word)).join(" ");
    const negated = words.some((word) => word === "not" || word === "never" || word === "no");
    const key = words.filter((word) => !/^\d/.test(word) && !emptyWords.has(word)).join(" ");
    if (key.split(" ").length < 3) continue;
    const other = byWords.get(key);
    if (!other) byWords.set(key, { requirement, numbers, negated });
    else if (isSameScope(other.requirement, requirement) && (other.numbers !== numbers || other.negated !== negated)) {
      found.push(
        `Do ${other.requirement.id} ("${cut(other.requirement.text)}") and ${requirement.id} ("${cut(requirement.text)}") contradict each other, and which one holds?`,
      );
    }
  }
  return found.slice(0, most);
}

const emptyWords = new Set([
  "a",
  "an",
  "the",
  "must",
  "shall",
  "should",
  "may",
  "can",
  "will",
  "be",
  "is",
  "are",
  "not",
  "never",
  "no",
  "do",
  "does",
]);

/** Rows of two tables may read alike and speak of two things. */
function isSameScope(left: PromptRequirement, right: PromptRequirement): boolean {
  return (
    left.headingPath.join("\n") === right.headingPath.join("\n") ||
    /\b(?:must|shall|should|may|can|will)\b/i.test(left.text)
  );
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
