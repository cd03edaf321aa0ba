import { CcbError } from "@ccb/core";
import type { BuildState } from "../state/build-state.ts";
import { lifecycleOf } from "../state/lifecycle.ts";
import type { Workbench } from "../workbench.ts";
import { writeJsonArtifact } from "./write-artifact.ts";

/** Version of the project directory's layout. */
const projectFormat = 1;

/** `.checkpoints/latest_state.json`: a copy of where the build stands for people and other programs; the journal is the truth. */
export interface StateFile {
  /** Has this state written as soon as the write under way is done; states that are overtaken meanwhile are left out. */
  save(state: BuildState): void;
  /** Waits for the last state to be written. A copy that cannot be written is told of and ends nothing. */
  flush(): Promise<void>;
}

export function createStateFile(bench: Workbench): StateFile {
  let next: BuildState | undefined;
  let writing: Promise<void> | undefined;
  let isTold = false;

  async function writeAll(): Promise<void> {
    while (next) {
      const state = next;
      next = undefined;
      await writeJsonArtifact(bench.paths.latestState, renderState(bench, state)).catch((cause: unknown) => {
        if (isTold) return;
        isTold = true;
        tell(bench, cause);
      });
    }
    writing = undefined;
  }

  return {
    save(state) {
      next = state;
      writing ??= writeAll();
    },
    flush: async () => writing,
  };
}

/** Where even the journal cannot take the warning, the build has ended with that error already. */
function tell(bench: Workbench, cause: unknown): void {
  const what = cause instanceof Error ? cause.message : String(cause);
  try {
    bench.emit({ type: "warning", message: `latest_state.json could not be written: ${what}` });
  } catch (error) {
    if (!CcbError.isInstance(error)) throw error;
  }
}

function renderState(bench: Workbench, state: BuildState) {
  return {
    format: projectFormat,
    build: bench.build,
    project: bench.intake.projectName,
    specificationHash: bench.intake.specification.hash,
    lifecycle: lifecycleOf(state),
    stage: state.stage,
    outcome: state.outcome ?? null,
    phases: state.phases,
    updatedAt: bench.clock.now().toISOString(),
  };
}
