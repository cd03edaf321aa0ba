import { join } from "node:path";
import type { Analysis, Plan } from "@ccb/core";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import type { Workbench } from "../workbench.ts";
import { runStep } from "./_run-step.ts";

/** Asks the user's own agents, one after the other, and saves each answer as `artifacts/agents/<name>.json`. */
export async function runCustomAgents(bench: Workbench, made: { analysis: Analysis; plan: Plan }): Promise<void> {
  const { specification, requirements, projectName } = bench.intake;
  for (const agent of bench.options.customAgents ?? []) {
    const inputs = { specification: specification.hash, made, model: bench.model.id, agent: agent.system };
    const { value } = await runStep(bench, { name: `agent:${agent.name}`, inputs }, async () => {
      const input = { projectName, specification: specification.text, requirements, ...made };
      const { value: answer } = await agent.run(input, {
        model: bench.model,
        scope: { build: bench.build },
        signal: bench.signal,
      });
      return answer;
    });
    await writeJsonArtifact(join(bench.paths.artifacts, "agents", `${agent.name}.json`), value);
  }
}
