import { installSecretHook } from "@ccb/secrets";
import type { Workbench } from "../workbench.ts";

/** Gives the project's repository a pre-commit hook against secrets, where the build was told which command it runs. A hook that is there is kept and runs first. */
export async function installHook({ options, paths, repository, emit }: Workbench): Promise<void> {
  const { secretHookCommand: command } = options;
  if (command === undefined || !(await repository.exists())) return;
  const { path, keptPrevious } = await installSecretHook({ repository: paths.root, command });
  if (keptPrevious)
    emit({ type: "warning", message: `${path} looks for secrets now; the hook that was there runs first.` });
}
