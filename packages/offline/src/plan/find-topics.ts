import { sectionTitle } from "../analysis/find-components.ts";
import type { SpecReading } from "../analysis/read-spec.ts";
import type { PromptRequirement } from "../request/read-prompt.ts";

/** Where in the order of the work a topic belongs. */
export type TopicRole = "foundation" | "core" | "hardening";

/** Requirements that belong together: those of one section, or of one of its subsections when it is large. */
export interface Topic {
  title: string;
  role: TopicRole;
  requirements: PromptRequirement[];
}

/** A section with more requirements than this is cut at its subsections. */
const largeSection = 12;
const mostSections = 40;

const foundationTitles =
  /\b(?:data models?|entit(?:y|ies)|schemas?|architecture|configuration|set.?up|tech(?:nology|nical)? ?stack|technolog\w+|overview|introduction|general|constraints?|purpose|scope|glossary|domain|datenmodell|modèle de données)\b/i;
const hardeningTitles =
  /\b(?:non.?functional|performance|security|deploy\w*|operations?|observability|logging|monitoring|tests?|testing|quality|documentation|accessibility|reliability|scalability|compliance|sicherheit|sécurité|seguridad)\b/i;

/** Groups the requirements by section, in the order of the text; without requirements every top section is a topic. */
export function findTopics(spec: SpecReading, requirements: readonly PromptRequirement[]): Topic[] {
  if (spec.requirements.length === 0) return sectionTopics(spec);
  return [...groupBy(requirements, ({ headingPath }) => sectionTitle(headingPath))].flatMap(([title, members]) => {
    const parts =
      members.length > largeSection
        ? groupBy(members, ({ headingPath }) => headingPath[2] ?? title)
        : new Map([[title, members]]);
    return [...parts].map(([name, part]) => ({
      title: bareTitle(name) || "General",
      role: roleOf(`${title} ${name}`, part),
      requirements: part,
    }));
  });
}

function groupBy<Item>(items: Iterable<Item>, keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** A title without the number before it. */
function bareTitle(title: string): string {
  return title.replace(/^(?:§\s*)?\d+(?:\.\d+)*[.)]?\s+/, "");
}

function roleOf(titles: string, requirements: PromptRequirement[]): TopicRole {
  if (hardeningTitles.test(titles)) return "hardening";
  if (foundationTitles.test(titles)) return "foundation";
  const crossCutting = requirements.filter(({ kind }) => kind === "performance" || kind === "constraint").length;
  return crossCutting * 2 > requirements.length && requirements.length > 1 ? "hardening" : "core";
}

/** The sections of the first level that has several, since the top one is often only the title. */
function sectionTopics(spec: SpecReading): Topic[] {
  const titled = spec.sections.filter(({ level, title }) => level > 0 && title.trim() !== "");
  const level = [1, 2, 3].find((depth) => titled.filter((section) => section.level === depth).length > 1) ?? 1;
  const sections = titled.filter((section) => section.level === level).slice(0, mostSections);
  return sections.map(({ title }) => ({ title: bareTitle(title), role: roleOf(title, []), requirements: [] }));
}
