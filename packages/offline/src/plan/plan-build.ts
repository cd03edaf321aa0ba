import { offlineModelId, type Plan } from "@ccb/core";
import type { Prompt } from "../request/read-prompt.ts";
import { planBySections } from "./plan-by-sections.ts";
import { planService } from "./plan-service.ts";

/** Plans for whoever carries the tasks out: the offline model can build parts of REST services only, any other model everything. */
export function planBuild(prompt: Prompt): Plan {
  return prompt.executorModel === offlineModelId ? planService(prompt) : planBySections(prompt);
}
