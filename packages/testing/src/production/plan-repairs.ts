import type { GateFinding } from "../gate/gate-finding.ts";
import type { ProductionFinding } from "./production-report.ts";

/** Work for the task that made the code. */
export interface Repair {
  title: string;
  /** For a model: what is wrong, where, and what would be no repair. */
  instructions: string;
  findings: (GateFinding | ProductionFinding)[];
}

export interface RepairLimits {
  /** Rounds of repair that a task may have; default 2. */
  rounds?: number;
  /** Findings that one round names; default 12. */
  findings?: number;
  /** Characters of one repair's instructions; default 6,000. */
  characters?: number;
}

export interface RepairPlan {
  repairs: Repair[];
  /** Findings that this round leaves for a later one. */
  left: number;
  /** Why there is no work although there are findings. */
  ended: string | undefined;
}

const outputLength = 1_200;

/**
 * Turns findings into work, one repair for each rule or area, with limits so that a task which cannot mend them ends instead of going on for ever. `round` counts from 1. Pure.
 */
export function planRepairs(
  findings: readonly (GateFinding | ProductionFinding)[],
  { round, limits = {} }: { round: number; limits?: RepairLimits },
): RepairPlan {
  const { rounds = 2, findings: most = 12, characters = 6_000 } = limits;
  if (findings.length === 0) return { repairs: [], left: 0, ended: undefined };
  if (round > rounds)
    return {
      repairs: [],
      left: findings.length,
      ended: `${findings.length} findings are left after ${rounds} rounds of repair`,
    };
  const named = findings.slice(0, most);
  const groups = Map.groupBy(named, topicOf);
  const repairs = [...groups].map(([topic, entries]): Repair => {
    const listed = entries.map(describe).join("\n");
    const text = `${listed}\n\n${advice(topic)}`;
    return {
      title: `Mend ${topic} (${entries.length})`,
      instructions: text.length > characters ? `${text.slice(0, characters - 1)}…` : text,
      findings: entries,
    };
  });
  return { repairs, left: findings.length - named.length, ended: undefined };
}

function topicOf(finding: GateFinding | ProductionFinding): string {
  return "rule" in finding ? finding.rule : finding.area;
}

function describe(finding: GateFinding | ProductionFinding): string {
  const place =
    finding.path === undefined ? "" : `${finding.path}${finding.line === undefined ? "" : `:${finding.line}`}: `;
  if ("rule" in finding) return `- ${place}${finding.reason}\n    ${finding.excerpt}`;
  const output =
    finding.output === undefined || finding.output === ""
      ? ""
      : `\n${finding.output.slice(-outputLength).replace(/^/gm, "    ")}`;
  return `- ${place}${finding.reason}${output}`;
}

const advices: Readonly<Record<string, string>> = {
  mock: "Use the real part in the test: a real server on 127.0.0.1, a real database in a temporary file. Do not rename the mock.",
  stub: "Write what is missing. A comment that is taken away mends nothing.",
  "hard-coded-answer": "Compute the answer for every input, not for those of the tests.",
  "empty-test": "Assert what a user would notice, so that the test fails when the code is wrong.",
  "weak-assertion": "Assert one exact outcome, always.",
  "skipped-test": "Let the test run and pass. Do not delete it.",
  todo: "Do what the comment says is left, then take the comment away.",
  "swallowed-error": "Catch only the error that is expected here, and let the others reach the caller or the log.",
  "removed-test": "Bring the test back and make the code pass it.",
  "removed-assertion": "Bring the assertion back and make the code pass it.",
  "loosened-assertion": "Restore the assertion as it was and make the code pass it.",
  "edited-criteria": "Restore the file as it was. It is not the task's to change.",
  "forged-commit":
    "Nothing is left to mend: the commit is gone, the files are as they were. Do not write trailers that begin with CCB-; CCB commits the work itself.",
  secrets:
    "Take the secret out of the code, read it from the environment, and tell the owner: it counts as known from now on.",
};

function advice(topic: string): string {
  return advices[topic] ?? "Mend the cause; do not switch the check off.";
}
