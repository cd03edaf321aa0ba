import type { BuildOptions } from "@ccb/builder";
import { CcbError } from "@ccb/core/errors";
import type { InitFlags } from "./init-flags.ts";

type Caps = Pick<BuildOptions, "maxTaskCostUsd" | "maxPhaseCostUsd" | "maxDayCostUsd">;

/** The caps of tasks, phases and days as the builder takes them. CcbError `usage` for one that is not above 0. */
export function renderCaps(flags: Pick<InitFlags, "maxCostPerTask" | "maxCostPerPhase" | "maxCostPerDay">): Caps {
  const { maxCostPerTask, maxCostPerPhase, maxCostPerDay } = flags;
  return {
    ...(maxCostPerTask === undefined ? {} : { maxTaskCostUsd: requireAmount("--max-cost-per-task", maxCostPerTask) }),
    ...(maxCostPerPhase === undefined
      ? {}
      : { maxPhaseCostUsd: requireAmount("--max-cost-per-phase", maxCostPerPhase) }),
    ...(maxCostPerDay === undefined ? {} : { maxDayCostUsd: requireAmount("--max-cost-per-day", maxCostPerDay) }),
  };
}

function requireAmount(flag: string, usd: number): number {
  if (usd > 0) return usd;
  throw new CcbError({ code: "usage", message: `${flag} must be above 0 US dollars; received ${usd}.` });
}
