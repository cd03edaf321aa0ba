import type { Plan } from "@ccb/core";
import { readSpec } from "../analysis/read-spec.ts";
import { cannotBuildPrefix } from "../offline-label.ts";
import type { Prompt } from "../request/read-prompt.ts";

/** Plans what the offline model itself can build, and waives the rest with the reason. */
export function planService(prompt: Prompt): Plan {
  const spec = readSpec(prompt);
  const waivers = spec.requirements.map(({ id }) => ({
    requirementId: id,
    reason: `${cannotBuildPrefix}no rule of the offline dialect covers it`,
  }));
  return { phases: [], waivers };
}
