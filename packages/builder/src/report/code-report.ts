import type { BuildEvent } from "@ccb/core";

/** A finding of the gate, as events and reports hold it. */
export type JudgedFinding = Extract<BuildEvent, { type: "gate-judged" }>["findings"][number];

/** One area of the production validator, as events and reports hold it. */
export type JudgedArea = Extract<BuildEvent, { type: "production-judged" }>["areas"][number];

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
  /** Told, and no reason to stop anything. */
  noted: JudgedFinding[];
  waived: (JudgedFinding & { signedBy: string; why: string })[];
}

/** What was found in the code itself, beside its acceptance: by the gate task by task, and by the validator at the end. */
export interface CodeReport {
  gate: GateRecord[];
  /** The last look of the production validator; empty where there was none. */
  production: JudgedArea[];
}

/** Nothing was looked at. */
export const emptyCodeReport: CodeReport = Object.freeze({ gate: [], production: [] });

/** Name of the file in `artifacts/` that keeps it for later reports. */
export const codeReportFile = "code-report.json";

/** Follows the events to the last word on each task and on the project. Pure. */
export function planCodeReport(events: readonly BuildEvent[]): CodeReport {
  const records = new Map<string, GateRecord>();
  const production = new Map<string, JudgedArea>();
  for (const event of events) {
    // Each run looks anew, or was told not to.
    if (event.type === "build-start") production.clear();
    if (event.type === "production-judged") for (const judged of event.areas) production.set(judged.area, judged);
    if (event.type !== "gate-judged") continue;
    const { phase, task, outcome, round, findings, noted, waived } = event;
    const earlier = round === 1 ? undefined : records.get(task);
    const left = new Set(findings.map(keyOf));
    const found = earlier ? [...earlier.mended, ...earlier.findings] : [];
    const mended = found.filter((finding) => !left.has(keyOf(finding)));
    records.set(task, { phase, task, outcome, rounds: round, findings, mended, noted, waived });
  }
  return { gate: [...records.values()], production: [...production.values()] };
}

function keyOf({ rule, path, codeHash }: JudgedFinding): string {
  return `${rule} ${path} ${codeHash}`;
}

/** One sentence that says what was found; undefined where nothing was looked at. */
export function describeCode({ gate, production }: CodeReport): string | undefined {
  if (gate.length === 0 && production.length === 0) return undefined;
  const count = (pick: (record: GateRecord) => unknown[]) => gate.reduce((sum, record) => sum + pick(record).length, 0);
  const [left, mended, waived] = [count((of) => of.findings), count((of) => of.mended), count((of) => of.waived)];
  const open = production.reduce((sum, { findings }) => sum + findings.length, 0);
  const notRun = production.filter(({ status }) => status === "not-run").map(({ area }) => area);
  return [
    `The gate judged the work of ${gate.length} tasks: ${left} findings refused, ${mended} mended, ${waived} signed for.`,
    ...(production.length > 0
      ? [`Production: ${open} findings${notRun.length > 0 ? `, not run: ${notRun.join(", ")}` : ""}.`]
      : []),
  ].join(" ");
}
