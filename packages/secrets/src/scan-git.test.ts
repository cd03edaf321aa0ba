import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import { test } from "vitest";
import { makeCharacters } from "./_sample-secrets.ts";
import { installSecretHook } from "./install-secret-hook.ts";
import { scanCommits, scanStaged } from "./scan-git.ts";

const secret = `ghp_${makeCharacters(36, { seed: 21 })}`;
const environment = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ann",
  GIT_AUTHOR_EMAIL: "ann@example.com",
  GIT_COMMITTER_NAME: "Ann",
  GIT_COMMITTER_EMAIL: "ann@example.com",
};

async function createRepository() {
  const repository = await mkdtemp(join(tmpdir(), "ccb-secrets-"));
  const git = (...words: string[]) =>
    execFileSync("git", words, { cwd: repository, env: environment, encoding: "utf8" });
  git("init", "--quiet", "--initial-branch", "main");
  return {
    repository,
    git,
    commit: (message: string) =>
      spawnSync("git", ["commit", "--quiet", "-m", message], { cwd: repository, env: environment, encoding: "utf8" }),
    write: (name: string, text: string) => writeFile(join(repository, name), text),
    [Symbol.asyncDispose]: () => rm(repository, { recursive: true, force: true }),
  };
}

/** The command line of a program that scans what is staged, as `ccb secrets --staged` does. */
async function writeScanner(folder: string): Promise<string> {
  const path = join(folder, ".git", "scan.ts");
  const module = new URL("./scan-git.ts", import.meta.url).href;
  await writeFile(
    path,
    `import { scanStaged } from ${JSON.stringify(module)};\nprocess.exit((await scanStaged({ repository: "." })).length);\n`,
  );
  return `"${process.execPath}" --conditions=ccb-source "${path}"`;
}

test("a commit of a key is stopped by the hook, and goes through without the key", async () => {
  await using project = await createRepository();
  const hook = await installSecretHook({
    repository: project.repository,
    command: await writeScanner(project.repository),
  });
  assert.equal(hook.keptPrevious, false);
  await project.write("client.js", `export const token = "${secret}";\n`);
  project.git("add", "client.js");
  const stopped = project.commit("Add the client");
  assert.equal(stopped.status, 1);
  assert.match(stopped.stderr, /stopped by the check for secrets/);
  assert.throws(() => project.git("rev-parse", "HEAD"));
  await project.write("client.js", "export const token = process.env.TOKEN;\n");
  project.git("add", "client.js");
  assert.equal(project.commit("Add the client").status, 0);
});

test("keeps a hook that was there before, and installs twice without harm", async () => {
  await using project = await createRepository();
  const hooks = join(project.repository, "hooks");
  await mkdir(hooks);
  project.git("config", "core.hooksPath", "hooks");
  await writeFile(join(hooks, "pre-commit"), "#!/bin/sh\necho ran >> hook-ran.txt\n");
  await chmod(join(hooks, "pre-commit"), 0o755);
  assert.equal((await installSecretHook({ repository: project.repository, command: "true" })).keptPrevious, true);
  assert.equal((await installSecretHook({ repository: project.repository, command: "true" })).keptPrevious, false);
  await project.write("a.txt", "a\n");
  project.git("add", "a.txt");
  assert.equal(project.commit("Add a").status, 0);
  assert.match(execFileSync("cat", [join(project.repository, "hook-ran.txt")], { encoding: "utf8" }), /^ran\n$/);
});

test("finds a secret that a later commit took out again, and names its commit and line", async () => {
  await using project = await createRepository();
  await project.write("config.py", "DEBUG = False\n");
  project.git("add", ".");
  project.commit("First");
  const base = project.git("rev-parse", "HEAD").trim();
  await project.write("config.py", `DEBUG = False\nTOKEN = "${secret}"\n`);
  project.git("commit", "--quiet", "-am", "Second");
  const second = project.git("rev-parse", "HEAD").trim();
  await project.write("config.py", "DEBUG = False\n");
  project.git("commit", "--quiet", "-am", "Third");
  const found = await scanCommits({ repository: project.repository, range: `${base}..HEAD` });
  assert.deepEqual(
    found.map(({ commit, path, line, rule }) => ({ commit, path, line, rule })),
    [{ commit: second, path: "config.py", line: 2, rule: "github-pat" }],
  );
  assert.deepEqual(await scanCommits({ repository: project.repository, range: "HEAD~1..HEAD" }), []);
});

test("an old secret does not stop a commit that does not touch it", async () => {
  await using project = await createRepository();
  await project.write("old.txt", `token = "${secret}"\n`);
  project.git("add", ".");
  project.commit("Old");
  await project.write("old.txt", `token = "${secret}"\nmore\n`);
  project.git("add", ".");
  assert.deepEqual(await scanStaged({ repository: project.repository }), []);
});

test("says what git said where there is no repository", async () => {
  await using project = await createRepository();
  await assert.rejects(scanCommits({ repository: project.repository, range: "no-such..HEAD" }), (error) => {
    assert.ok(CcbError.isInstance(error));
    assert.equal(error.code, "io-failed");
    assert.match(error.message, /no-such/);
    return true;
  });
});
