import type { Requirement } from "@ccb/core";
import { standsAlone } from "./_same-subject.ts";
import type { LintFinding } from "./lint-spec.ts";

/** Words a fragment needs to be worth naming: "id" or "Metrics" come twice in any document. */
const FRAGMENT_WORDS = 3;

/** Requirements that say the same twice, and labels that two requirements bear. */
export function findDuplicates(requirements: readonly Requirement[]): LintFinding[] {
  return [...findRepeated(requirements), ...findSharedLabels(requirements)];
}

/** Fields, rows and what says "this" are understood under their heading: the same words elsewhere say something else. */
function findRepeated(requirements: readonly Requirement[]): LintFinding[] {
  const seen = new Map<string, Requirement>();
  const findings: LintFinding[] = [];
  for (const requirement of requirements) {
    const { text, hash, headingPath } = requirement;
    const alone = standsAlone(text);
    if (!alone && text.split(/\s+/).length < FRAGMENT_WORDS) continue;
    const key = alone ? hash : `${hash}\n${headingPath.join("\n")}`;
    const same = seen.get(key);
    if (!same) seen.set(key, requirement);
    else findings.push(toFinding(requirement, `Says the same as ${same.id} in line ${same.span.startLine}.`));
  }
  return findings;
}

function findSharedLabels(requirements: readonly Requirement[]): LintFinding[] {
  const local = findLocalPrefixes(requirements);
  const labels = new Map<string, Requirement>();
  const findings: LintFinding[] = [];
  for (const requirement of requirements) {
    const { label, hash, headingPath } = requirement;
    if (label === undefined) continue;
    const key = local.has(prefixOf(label)) ? `${label}\n${headingPath.join("\n")}` : label;
    const named = labels.get(key);
    if (!named) labels.set(key, requirement);
    else if (named.hash !== hash) {
      const message = `The label ${label} is already used in line ${named.span.startLine}.`;
      findings.push(toFinding(requirement, message));
    }
  }
  return findings;
}

/** Prefixes whose numbers start anew under every heading, as AC1, AC2 do under each user story. */
function findLocalPrefixes(requirements: readonly Requirement[]): Set<string> {
  const firsts = new Map<string, Map<string, string>>();
  for (const { label, headingPath } of requirements) {
    if (label === undefined) continue;
    const sections = firsts.get(prefixOf(label)) ?? new Map<string, string>();
    const section = headingPath.join("\n");
    if (!sections.has(section)) sections.set(section, label);
    firsts.set(prefixOf(label), sections);
  }
  const isFirst = (label: string): boolean => /(?:^|\D)0*1$/.test(label);
  return new Set(
    [...firsts].flatMap(([prefix, sections]) =>
      sections.size > 1 && [...sections.values()].every(isFirst) ? [prefix] : [],
    ),
  );
}

function prefixOf(label: string): string {
  return label.replace(/\d+$/, "");
}

function toFinding(requirement: Requirement, message: string): LintFinding {
  return { rule: "duplicate", message, span: requirement.span, requirementId: requirement.id };
}
