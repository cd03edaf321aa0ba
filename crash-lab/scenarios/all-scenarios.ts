import { damageScenarios } from "./damage.ts";
import { diskScenarios } from "./disk-and-clock.ts";
import { killScenarios } from "./kills.ts";
import { modelScenarios } from "./model-faults.ts";
import type { Scenario } from "./scenario.ts";
import { signalScenarios } from "./signals.ts";
import { userScenarios } from "./two-users.ts";

/** Every way in which the laboratory disturbs a build. */
export const allScenarios: readonly Scenario[] = [
  ...killScenarios,
  ...signalScenarios,
  ...diskScenarios,
  ...userScenarios,
  ...damageScenarios,
  ...modelScenarios,
];

/** What this machine has. */
export interface Equipment {
  preload: boolean;
  root: boolean;
}

/** The scenarios that were asked for (names or their beginnings, separated by commas; all when undefined), and those of them that this machine cannot run, with the reason. Pure. */
export function chooseScenarios(
  wanted: string | undefined,
  equipment: Equipment,
): { scenarios: Scenario[]; skipped: { name: string; reason: string }[] } {
  const beginnings = wanted === undefined ? [""] : wanted.split(",").filter((word) => word !== "");
  const asked = allScenarios.filter(({ name }) => beginnings.some((beginning) => name.startsWith(beginning)));
  const reasons = {
    preload: "no C compiler (cc), or not Linux",
    root: "mounting a small disk needs root",
  };
  const isMissing = ({ needs }: Scenario) => needs !== undefined && !equipment[needs];
  return {
    scenarios: asked.filter((scenario) => !isMissing(scenario)),
    skipped: asked.filter(isMissing).map(({ name, needs = "root" }) => ({ name, reason: reasons[needs] })),
  };
}

/** The scenario of each of `runs` runs: those with a larger weight come more often, and every one comes before one comes by far too often. Pure. */
export function scheduleRuns(scenarios: readonly Scenario[], runs: number): Scenario[] {
  const taken = new Map(scenarios.map((scenario) => [scenario, 0]));
  const schedule: Scenario[] = [];
  while (schedule.length < runs) {
    const share = (scenario: Scenario) => ((taken.get(scenario) ?? 0) + 1) / (scenario.weight ?? 1);
    const [next] = [...scenarios].sort((left, right) => share(left) - share(right));
    if (!next) break;
    taken.set(next, (taken.get(next) ?? 0) + 1);
    schedule.push(next);
  }
  return schedule;
}
