import type { BuildState } from "../state/build-state.ts";
import type { Workbench } from "../workbench.ts";
import { writeJsonArtifact } from "./write-artifact.ts";

/** Version of the project directory's layout. */
const projectFormat = 1;

/** Writes `.checkpoints/latest_state.json`, a copy of where the build stands for people and other programs; the journal is the truth. */
export async function saveState(bench: Workbench, state: BuildState): Promise<void> {
  await writeJsonArtifact(bench.paths.latestState, {
    format: projectFormat,
    build: bench.build,
    project: bench.intake.projectName,
    specificationHash: bench.intake.specification.hash,
    stage: state.stage,
    outcome: state.outcome ?? null,
    phases: state.phases,
    updatedAt: bench.clock.now().toISOString(),
  });
}
