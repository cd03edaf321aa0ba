import { availableParallelism } from "node:os";
import { join } from "node:path";
import { CcbError, type Check, type Criterion, type Evidence } from "@ccb/core";
import {
  createSandbox,
  isExclusiveCheck,
  planEnvironment,
  type RunCheckOptions,
  type RunningEnvironment,
  runCheck,
  type Sandbox,
  startEnvironment,
} from "@ccb/testing";
import type { BuildOptions } from "../build-options.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import { mapLimited } from "./_run-step.ts";

/** What checks need of the workbench. */
export type CheckBench = Pick<
  Workbench,
  "paths" | "repository" | "journal" | "environment" | "emit" | "atomically" | "signal" | "clock"
> & { options: Pick<BuildOptions, "sandbox" | "testEnvironment" | "checkKinds"> };

export type CheckableCriterion = Criterion & { check: Check };

export function isCheckable(criterion: Criterion): criterion is CheckableCriterion {
  return criterion.check !== null;
}

/** What checks stand on: the sandbox and the services beside the product, opened when the first check needs them. */
export interface CheckGround {
  run(options: Pick<RunCheckOptions, "criterionId" | "phaseId" | "check" | "commit">): Promise<Evidence>;
  close(): Promise<void>;
}

interface OpenGround {
  sandbox: Sandbox | undefined;
  environment: RunningEnvironment | undefined;
}

/** The ground for the checks of a build in `directory`, which is the project's own or a copy of it. */
export function createCheckGround(bench: CheckBench, work: BuildWork, directory: string): CheckGround {
  let opening: Promise<OpenGround> | undefined;
  const open = async (): Promise<OpenGround> => {
    const { sandbox: wanted } = bench.options;
    const stateDirectory = join(bench.paths.checkpoints, "sandbox");
    const sandbox = wanted && (await createSandbox({ ...wanted, directory, stateDirectory }));
    try {
      return { sandbox, environment: await openEnvironment(bench, work, directory) };
    } catch (error) {
      await sandbox?.close();
      throw error;
    }
  };
  return {
    async run(options) {
      opening ??= open();
      const { sandbox, environment } = await opening;
      return runCheck({
        ...options,
        cwd: directory,
        env: { ...bench.environment, ...environment?.variables },
        services: environment?.services.map(({ name }) => name),
        signal: bench.signal,
        clock: bench.clock,
        kinds: bench.options.checkKinds,
        sandbox,
      });
    },
    async close() {
      const ground = await opening?.catch(() => undefined); // whoever opened it was told
      await ground?.environment?.stop();
      await ground?.sandbox?.close();
    },
  };
}

/** The services that the user named; else those that the analysis names, without which the build goes on if this machine lacks them. */
async function openEnvironment(bench: CheckBench, work: BuildWork, directory: string) {
  const { testEnvironment } = bench.options;
  const environment = testEnvironment ?? planEnvironment(work.analysis?.technologies ?? []);
  if (environment.services.length === 0 && !environment.variables) return undefined;
  try {
    return await startEnvironment({ environment, directory, signal: bench.signal });
  } catch (error) {
    if (testEnvironment || !CcbError.isInstance(error)) throw error;
    bench.emit({ type: "warning", message: `${error.message} Checks run without it. ${error.hint ?? ""}`.trim() });
    return undefined;
  }
}

/** Looks at criteria: what may change the project or measures alone, one after the other; the rest side by side. In the order of the criteria. */
export async function lookAtAll<Seen>(
  bench: CheckBench,
  criteria: CheckableCriterion[],
  look: (criterion: CheckableCriterion) => Promise<Seen>,
): Promise<Seen[]> {
  const isAlone = ({ check }: CheckableCriterion) => isExclusiveCheck(check, bench.options.checkKinds);
  const seen = new Map<CheckableCriterion, Seen>();
  const note = async (criterion: CheckableCriterion) => void seen.set(criterion, await look(criterion));
  await mapLimited(criteria.filter(isAlone), 1, note);
  await mapLimited(
    criteria.filter((criterion) => !isAlone(criterion)),
    availableParallelism(),
    note,
  );
  return criteria.flatMap((criterion) => {
    const one = seen.get(criterion);
    return one === undefined ? [] : [one];
  });
}
