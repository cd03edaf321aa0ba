import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { runGitScript } from "./run-git.ts";

const environment = { PATH: process.env.PATH ?? "" };

test("a script of git commands ends at the first that fails, with git's own words, and none begins after a kill of who runs it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "ccb-git-"));
  try {
    const script = 'git init --quiet "$1"\ngit -C "$1" log\ngit init --quiet "$2"\n';
    const failed = runGitScript({ directory, environment, script, args: ["it's one", "two"] });
    await expect(failed).rejects.toMatchObject({
      code: "io-failed",
      message: expect.stringMatching(/does not have any commits/),
    });
    expect(existsSync(join(directory, "it's one", ".git"))).toBe(true);
    expect(existsSync(join(directory, "two"))).toBe(false);

    const slow = `git init --quiet three\ngit -c alias.wait='!sleep 1' wait\ngit init --quiet four\n`;
    const call = `runGitScript(${JSON.stringify({ directory, environment, script: slow, args: [] })})`;
    const module = pathToFileURL(join(import.meta.dirname, "run-git.ts"));
    const code = `import { runGitScript } from ${JSON.stringify(module)}; await ${call};`;
    const runner = spawn(process.execPath, ["--conditions=ccb-source", "--input-type=module", "--eval", code]);
    while (!existsSync(join(directory, "three", ".git", "HEAD"))) await delay(20);
    runner.kill("SIGKILL");
    await delay(1_500);
    expect(existsSync(join(directory, "four"))).toBe(false);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
