import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCcb } from "../test-support/run-ccb.ts";

let cwd: string;

beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-check-")));
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), text);
  }
}

const run = (...args: string[]) => runCcb({ args, cwd });
// Put together here, so that no key stands in this file.
const key = ["ghp_", "q7Zx3LmV9bTr2KwYc8Nf", "5HsJd1Pg6Ea4Ru0X"].join("");

test("validate names a cheat with its place, and a person's waiver takes it out until the code changes", async () => {
  await write({
    "shop/src/pay.ts":
      "export async function pay(order: Order) {\n  try {\n    await bank.charge(order);\n  } catch {}\n}\n",
  });
  const found = await run("validate", "shop", "--only", "code", "--json");
  expect(found.code).toBe(5);
  const { findings, reports } = JSON.parse(found.stdout);
  expect(findings).toBe(1);
  const [{ path, line, rule, codeHash }] = reports[0].findings;
  expect({ path, line, rule }).toEqual({ path: "src/pay.ts", line: 4, rule: "swallowed-error" });

  const waiver = { path, rule, codeHash, signedBy: "Ann Example", reason: "The bank tells us by mail, see issue 9." };
  await write({ "shop/gate-waivers.json": JSON.stringify({ waivers: [waiver] }) });
  const waived = await run("validate", "shop", "--only", "code");
  expect(waived).toMatchObject({ code: 0 });
  expect(waived.stdout).toContain("signed by Ann Example");
  await write({
    "shop/src/pay.ts":
      "export async function pay(order: Order) {\n  try {\n    await bank.charge(order);\n  } catch { /* all of it */ }\n}\n",
  });
  const changed = await run("validate", "shop", "--only", "code");
  expect(changed.code).toBe(5);
  expect(changed.stdout).toContain("lapsed");
});

test("validate refuses a broken list of waivers, an unknown area and a folder that is not there", async () => {
  await write({ "broken/a.js": "export const a = 1;\n", "broken/gate-waivers.json": '{"waivers":[{"path":"a.js"}]}' });
  expect(await run("validate", "broken", "--only", "code")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("entry 1"),
  });
  expect(await run("validate", "broken", "--only", "spelling")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("licences"),
  });
  expect(await run("validate", "nowhere")).toMatchObject({ code: 2 });
});

test("secrets finds a key in a folder, and the installed hook stops a commit of it", async () => {
  await write({ "repository/client.js": `export const token = "${key}";\n` });
  const found = await run("secrets", "repository");
  expect(found.code).toBe(5);
  expect(found.stdout).toMatch(/^client\.js:1: github-pat: ghp_… \(40 characters\)/);
  expect(found.stdout).not.toContain(key);

  const repository = join(cwd, "repository");
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  execFileSync("git", ["init", "--quiet"], { cwd: repository, env });
  expect((await run("secrets", "repository", "--install-hook")).stdout).toContain("pre-commit");
  execFileSync("git", ["add", "client.js"], { cwd: repository, env });
  const identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
  const commit = spawnSync("git", [...identity, "commit", "-m", "Add the client"], {
    cwd: repository,
    env,
    encoding: "utf8",
  });
  expect(commit.status).toBe(1);
  expect(commit.stderr + commit.stdout).toContain("github-pat");
  expect(await run("secrets", "repository", "--staged", "--range", "HEAD")).toMatchObject({ code: 2 });
});
