import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CcbError } from "@ccb/core";

const run = promisify(execFile);

/** Runs git and gives its standard output; rejects with a CcbError `io-failed` that holds what git said. */
export async function runGit(repository: string, words: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run("git", [...words], { cwd: repository, maxBuffer: 512 * 1024 * 1024 });
    return stdout;
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : String(cause);
    throw new CcbError({
      code: "io-failed",
      message: `git ${words.slice(0, 2).join(" ")} failed in ${repository}: ${said || String(cause)}.`,
      hint: "Check that the folder is a git repository and that the commits exist.",
      cause,
    });
  }
}
