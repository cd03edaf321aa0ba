import type { BuildEnding, BuildState, PhaseState } from "./build-state.ts";

/** How a build ended whose work is all done or given up. */
export function describeOutcome(state: BuildState): BuildEnding {
  const idsOf = (status: PhaseState["status"]) =>
    state.phases.filter((phase) => phase.status === status).map((phase) => phase.id);
  const failed = idsOf("failed");
  const leftOut = idsOf("left-out");
  if (failed.length > 0) {
    const reason = `The build went on after errors; these phases are not accepted: ${failed.join(", ")}.`;
    return { outcome: hasUndoneTasks(state) ? "failed" : "acceptance-failed", reason };
  }
  const reason =
    leftOut.length === 0 ? "Every phase is built." : `The chosen phases are built; left out: ${leftOut.join(", ")}.`;
  if (hasUndoneTasks(state)) return { outcome: "failed", reason };
  if (state.unready.length > 0) return { outcome: "acceptance-failed", reason: `${reason} ${state.unready.join(" ")}` };
  return { outcome: "done", reason };
}

function hasUndoneTasks(state: BuildState): boolean {
  return state.phases.some((phase) =>
    phase.tasks.some((task) => task.status === "failed" || task.status === "skipped"),
  );
}
