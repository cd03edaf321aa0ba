import { join } from "node:path";
import { mergeAnalyses, specAnalyzer } from "@ccb/agents";
import type { Analysis } from "@ccb/core";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import type { Workbench } from "../workbench.ts";
import { requirementsOf } from "./_requirements-of.ts";
import { mapLimited, runStep } from "./_run-step.ts";

/**
 * Asks the spec analyzer about every chunk and joins the answers; saves `artifacts/analysis.json`. A build whose specification changed keeps its analysis: the plan
 * goes on from it.
 */
export async function analyzeSpecification(bench: Workbench): Promise<{ analysis: Analysis; reused: boolean }> {
  const { specification, chunks, projectName } = bench.intake;
  const inputs = { specification: specification.hash, model: bench.model.id, agent: specAnalyzer.system };
  if (bench.previous) bench.journal.save("analysis", inputs, bench.previous.analysis);
  const { value, reused } = await runStep(bench, { name: "analysis", inputs }, async () =>
    mergeAnalyses(
      await mapLimited(chunks, 4, async (chunk) => {
        const input = { chunk, requirements: requirementsOf(bench.intake, chunk.index), projectName };
        const { value: analysis } = await specAnalyzer.run(input, {
          model: bench.model,
          scope: { build: bench.build },
          signal: bench.signal,
        });
        return analysis;
      }),
    ),
  );
  await writeJsonArtifact(join(bench.paths.artifacts, "analysis.json"), value);
  return { analysis: value, reused };
}
