import type { GateFinding } from "@ccb/testing/gate";
import { planRepairs } from "@ccb/testing/production";
import type { Failure } from "../recovery/failure.ts";
import type { ChangedFile } from "../repository/open-repository.ts";
import type { TaskSession } from "../stages/task-session.ts";
import type { Workbench } from "../workbench.ts";
import type { Workplace } from "../workplace/workplace.ts";
import { renderForgedFinding, takeBackForged } from "./forged-commits.ts";
import type { ArtifactsGuard } from "./guard-artifacts.ts";
import { judgeWork } from "./judge-work.ts";

/** Sessions of one attempt that are sent back to mend what the gate found. */
const maxGateRounds = 2;

/** What follows from the gate's look at a session's work. */
export type GateStep =
  | { outcome: "clean" }
  /** The session is told this, with the files as they are. */
  | { outcome: "mend"; prompt: string }
  | { outcome: "refused"; failure: Failure };

/** Judges a session's work before it may be committed: its findings go back to the session, and after two rounds the task has failed. `round` counts from 1. */
export async function holdToGate(
  bench: Workbench,
  at: { session: TaskSession; place: Workplace; guard: ArtifactsGuard; changed: readonly ChangedFile[]; round: number },
): Promise<GateStep> {
  const { session, place, guard, changed, round } = at;
  const startedMs = bench.clock.monotonicMs();
  const forged = await takeBackForged(place.repository, place.base);
  const judged = await judgeWork({
    repository: place.repository,
    base: place.base,
    changed,
    environment: bench.environment,
    artifacts: await guard.undoChanges(),
    waivers: bench.waivers,
    today: bench.clock.now().toISOString().slice(0, 10),
  });
  const verdict = { ...judged, findings: [...forged.map(renderForgedFinding), ...judged.findings] };
  const step = planGateStep(verdict.findings, round);
  bench.emit({
    type: "gate-judged",
    phase: session.phase.id,
    task: session.task.id,
    round,
    outcome: step.outcome,
    ...verdict,
    durationMs: Math.round(bench.clock.monotonicMs() - startedMs),
  });
  return step;
}

/** Pure. */
function planGateStep(findings: readonly GateFinding[], round: number): GateStep {
  if (findings.length === 0) return { outcome: "clean" };
  const { repairs, left, ended } = planRepairs(findings, { round, limits: { rounds: maxGateRounds } });
  if (ended !== undefined) return { outcome: "refused", failure: { kind: "gate", reason: renderReason(findings) } };
  const work = repairs.map(({ title, instructions }) => `## ${title}\n\n${instructions}`);
  const more = left === 0 ? [] : [`${left} more findings are named once these are mended.`];
  return { outcome: "mend", prompt: [gateOpening, ...work, ...more, gateClosing].join("\n\n") };
}

const gateOpening = `CCB read what you changed and does not take it yet; nothing of it is committed.
Mend what is named below, in the files as they are now. Take no proof away to do so: no test, no assertion, no criterion.`;

const gateClosing = `CCB's own files (artifacts/, gate-waivers.json) are not yours to change; what you changed in artifacts/ was put back.
Everything you were told still holds, also what has to be used before the end.`;

const named = 3;

function renderReason(findings: readonly GateFinding[]): string {
  const places = findings.slice(0, named).map(({ path, line, rule, reason }) => `${path}:${line} ${rule}: ${reason}`);
  const more = findings.length > named ? `; and ${findings.length - named} more` : "";
  return `The gate refused the work after ${maxGateRounds} rounds of mending, so it was not committed: ${places.join("; ")}${more}.`;
}
