import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceTree } from "./gate-finding.ts";
import { judgeChange } from "./judge-change.ts";
import { judgeTree } from "./judge-tree.ts";

/** A labelled snippet of fixtures/gate. */
export interface LabelledCase {
  name: string;
  /** The rules that must find something; none where it is innocent. */
  rules: string[];
  before: SourceTree | undefined;
  after: SourceTree;
}

export interface GateScore {
  cases: number;
  labelled: number;
  found: number;
  precision: number;
  recall: number;
  missed: string[];
  wrong: string[];
}

/** Reads the cases of a folder: a heading with the labels, then files as code blocks. */
export function readLabelledCases(folder: string): LabelledCase[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const sections = readFileSync(join(folder, file), "utf8").split(/^## /m).slice(1);
      return sections.map((section) => parseCase(section, file));
    });
}

function parseCase(section: string, file: string): LabelledCase {
  const [heading = ""] = section.split("\n");
  const [name = "", labels = ""] = heading.split(": ");
  const before: Record<string, string> = {};
  const after: Record<string, string> = {};
  for (const [, older, path = "", text = ""] of section.matchAll(/^`(before )?([^`]+)`\n```\w+\n([\s\S]*?)^```$/gm)) {
    (older === undefined ? after : before)[path] = text;
  }
  if (Object.keys(after).length === 0 || labels === "")
    throw new Error(`${file}: the case ${name} has no file or no label.`);
  return {
    name: `${file.replace(/\.md$/, "")}/${name}`,
    rules: labels === "innocent" ? [] : labels.split(",").map((label) => label.trim()),
    before: Object.keys(before).length === 0 ? undefined : before,
    after,
  };
}

/** Counts, for each case, the rules that found something against those that should: a rule counts once a case. */
export function scoreGate(cases: readonly LabelledCase[]): GateScore {
  const missed: string[] = [];
  const wrong: string[] = [];
  let labelled = 0;
  let right = 0;
  for (const { name, rules, before, after } of cases) {
    const findings = before === undefined ? judgeTree(after).findings : judgeChange({ before, after });
    const found = new Set<string>(findings.map(({ rule }) => rule));
    labelled += rules.length;
    right += rules.filter((rule) => found.has(rule)).length;
    missed.push(...rules.filter((rule) => !found.has(rule)).map((rule) => `${name}: ${rule}`));
    wrong.push(
      ...findings
        .filter(({ rule }) => !rules.includes(rule))
        .map(({ rule, line, reason }) => `${name}: ${rule} in line ${line}: ${reason}`),
    );
  }
  const wrongRules = new Set(wrong.map((text) => text.split(" in line ")[0])).size;
  return {
    cases: cases.length,
    labelled,
    found: right + wrongRules,
    precision: right / Math.max(1, right + wrongRules),
    recall: right / Math.max(1, labelled),
    missed,
    wrong,
  };
}
