import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CcbError } from "@ccb/core";
import { runGit } from "./_git.ts";

const mark = "# Installed by CCB: stops a commit that would add a secret.";
const previousName = "pre-commit.before-ccb";

export interface InstallSecretHookOptions {
  /** A folder of the repository. */
  repository: string;
  /** Shell command that exits with something else than 0 when a staged line holds a secret; it runs in the repository's top folder. */
  command: string;
}

export interface InstalledHook {
  /** Path of the hook. */
  path: string;
  /** True where another hook was there: it is kept as `pre-commit.before-ccb` and runs first. */
  keptPrevious: boolean;
}

/**
 * Installs a `pre-commit` hook, or renews the one CCB installed before. It works where `core.hooksPath` points and in worktrees. Rejects with a
 * CcbError `io-failed` outside of a repository, and `usage` for a command of several lines.
 */
export async function installSecretHook({ repository, command }: InstallSecretHookOptions): Promise<InstalledHook> {
  if (/[\r\n\0]/.test(command) || command.trim() === "") {
    throw new CcbError({
      code: "usage",
      message: `The hook's command must be one line; received ${JSON.stringify(command)}.`,
    });
  }
  const folder = resolve(repository, (await runGit(repository, ["rev-parse", "--git-path", "hooks"])).trim());
  await mkdir(folder, { recursive: true });
  const path = join(folder, "pre-commit");
  const present = await readFile(path, "utf8").catch(() => undefined);
  const isOurs = present?.includes(mark) === true;
  if (present !== undefined && !isOurs) await rename(path, join(folder, previousName));
  await writeFile(path, renderHook(command));
  await chmod(path, 0o755);
  return { path, keptPrevious: present !== undefined && !isOurs };
}

function renderHook(command: string): string {
  return `#!/bin/sh
${mark}
previous="$(dirname "$0")/${previousName}"
if [ -x "$previous" ]; then "$previous" "$@" || exit $?; fi
${command} || {
  echo "The commit was stopped by the check for secrets (exit code $?). Take the secret out, or waive it, and commit again." >&2
  exit 1
}
`;
}
