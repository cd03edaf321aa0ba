import { planResearch } from "@ccb/agents/research";
import { type Analysis, offlineModelId, type Plan } from "@ccb/core";
import type { ForecastCostOptions } from "@ccb/cost";
import type { Workbench } from "../workbench.ts";
import { listResearchServers, searchesItself } from "./research-libraries.ts";

/** What research a build is to be forecast with; undefined for one that looks nothing up. A dry run is taken for the build that it plans. */
export function forecastResearch(
  bench: Pick<Workbench, "servers" | "unavailable" | "options">,
  made?: { analysis: Analysis | undefined; plan: Plan },
): ForecastCostOptions["research"] {
  const { model, planningModel = model, dryRun, webSearch = true } = bench.options;
  if ((dryRun ? model : planningModel) === offlineModelId) return undefined;
  const servers = listResearchServers(bench);
  const searches = webSearch && searchesItself(servers);
  if (servers.length === 0 && !searches) return undefined;
  const { analysis, plan } = made ?? {};
  const questions = analysis && plan ? { questions: planResearch({ analysis, plan }).length } : {};
  return { ...questions, webSearch: searches };
}
