import type { BuildLifecycle } from "@ccb/core";
import type { BuildState } from "./build-state.ts";

/** Where a build is in its life, in the words of the product: Initializing → ConfiguringMCP → PreparingBuild → Building ⇄ Paused → Completing → done | failed. Pure. */
export function lifecycleOf(state: BuildState): BuildLifecycle {
  if (state.stage === "ended") return state.outcome === "done" || state.outcome === "planned" ? "done" : "failed";
  if (state.paused) return state.underWay.length === 0 ? "paused" : "pausing";
  switch (state.stage) {
    case "intake":
      return "initializing";
    case "mcp":
      return "configuring-mcp";
    case "analysis":
    case "plan":
    case "criteria":
    case "instructions":
      return "preparing-build";
    case "execution":
      return "building";
    case "validation":
    case "documents":
    case "summary":
      return "completing";
  }
}
