import { existsSync } from "node:fs";
import { join } from "node:path";
import { runGit } from "./run-git.ts";

/**
 * Lets go of unfinished work that was set aside before a moment: its refs under `refs/ccb/set-aside/` are deleted, and what only they reach goes with git's next `gc`. Resolves with the
 * names of the refs; none where the directory has no repository.
 */
export async function releaseSetAside(options: {
  directory: string;
  environment: Record<string, string>;
  /** Milliseconds since 1970. */
  beforeMs: number;
}): Promise<string[]> {
  const { directory, environment, beforeMs } = options;
  if (!existsSync(join(directory, ".git"))) return [];
  const git = (args: string[]) => runGit({ args, directory, environment });
  const rows = await git([
    "for-each-ref",
    "--format=%(committerdate:unix) %(objectname) %(refname)",
    "refs/ccb/set-aside",
  ]);
  const old = rows.split("\n").flatMap((row) => {
    const [seconds = "", commit = "", name = ""] = row.split(" ");
    return name !== "" && Number(seconds) * 1000 < beforeMs ? [{ commit, name }] : [];
  });
  // Only where it still is: somebody may have set other work aside under the name meanwhile.
  for (const { commit, name } of old) await git(["update-ref", "-d", name, commit]);
  return old.map(({ name }) => name);
}
