import type { BuildEvent, JudgedFinding } from "@ccb/core";

/** What became of one task's work before the gate, over all rounds of its last attempt. */
export interface GateRecord {
  phase: string;
  task: string;
  outcome: "clean" | "mend" | "refused";
  /** How often the work was judged. */
  rounds: number;
  /** What was left at the last look; empty for work that was let through. */
  findings: JudgedFinding[];
  /** What earlier rounds found and the session mended. */
  mended: JudgedFinding[];
  noted: JudgedFinding[];
  waived: (JudgedFinding & { signedBy: string; why: string })[];
}

/** Follows the events to the last word of the gate on each task. Pure. */
export function recordGate(events: readonly BuildEvent[]): GateRecord[] {
  const records = new Map<string, GateRecord>();
  for (const event of events) {
    if (event.type !== "gate-judged") continue;
    const { phase, task, outcome, round, findings, noted, waived } = event;
    const earlier = round === 1 ? undefined : records.get(task);
    const left = new Set(findings.map(keyOf));
    const found = earlier ? [...earlier.mended, ...earlier.findings] : [];
    const mended = found.filter((finding) => !left.has(keyOf(finding)));
    records.set(task, { phase, task, outcome, rounds: round, findings, mended, noted, waived });
  }
  return [...records.values()];
}

function keyOf({ rule, path, codeHash }: JudgedFinding): string {
  return `${rule} ${path} ${codeHash}`;
}
