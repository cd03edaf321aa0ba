import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Check, Criterion } from "@ccb/core";
import { acquireLock } from "@ccb/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { testProject } from "./test-project.ts";
import { traceProject } from "./trace-project.ts";

let directory: string;
const environment = { PATH: process.env.PATH ?? "", HOME: tmpdir(), SHOP_API_KEY: "secret-1234567890" };
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: directory,
    encoding: "utf8",
  });
const writeJson = (name: string, value: unknown) =>
  writeFile(join(directory, "artifacts", name), JSON.stringify(value));

function makeCriterion(id: string, check: Check | null): Criterion {
  const text = {
    description: `It does ${id}`,
    expectedResult: "x",
    validationMethod: "manual: taste, which none can measure",
  };
  return { id, category: "functional", steps: [], testData: [], requirementIds: [`R-${id}`], check, ...text };
}

const exists = (path: string): Check => ({ kind: "file", path, expect: { exists: true } });
const noKey: Check = { kind: "command", command: 'test -z "$SHOP_API_KEY"', expect: { exitCode: 0 } };
const criteria = [
  makeCriterion("one", exists("one.txt")),
  makeCriterion("two", exists("two.txt")),
  makeCriterion("key", noKey),
];

function makeRequirement(id: string) {
  const span = { start: 0, end: 1, startLine: 1, endLine: 1 };
  return { id, text: `It must do ${id}.`, kind: "functional", priority: "must", span, hash: id, headingPath: [] };
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "ccb-tested-"));
  await mkdir(join(directory, "artifacts"));
  await mkdir(join(directory, ".checkpoints"));
  const ids = criteria.flatMap(({ requirementIds }) => requirementIds);
  const task = { id: "all", name: "All", description: "-", dependsOn: [], files: [], requirementIds: ids, size: "S" };
  await writeJson("requirements.json", { requirements: ids.map(makeRequirement) });
  await writeJson("plan.json", { phases: [{ id: "start", name: "Start", goal: "-", tasks: [task] }], waivers: [] });
  await writeJson("criteria.json", [{ phase: "start", criteria }]);
  await writeFile(join(directory, "one.txt"), "1");
  await writeFile(join(directory, "two.txt"), "2");
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "-m", "All\n\nCCB-Task: all");
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test("a project is tested, its reports are written, and its trace has no hole", async () => {
  const { report, ran, files } = await testProject({ directory, environment });
  expect({ ran, passed: report.totals.passed }).toEqual({ ran: 3, passed: 3 });
  for (const file of files) expect(existsSync(join(directory, file))).toBe(true);
  const { holes, trace } = await traceProject({ directory, environment });
  expect(holes).toEqual([]);
  expect(trace.totals.verified).toBe(3);
});

test("only what failed is run again; unknown ids are told with the known ones; a build that is under way locks the project", async () => {
  await rm(join(directory, "two.txt"));
  expect((await testProject({ directory, environment })).report.totals.failed).toBe(1);
  await writeFile(join(directory, "two.txt"), "2");
  const ran: string[] = [];
  const again = await testProject({ directory, environment, rerunFailed: true, onEvidence: ({ id }) => ran.push(id) });
  expect(ran).toEqual(["two"]);
  expect(again.report.totals).toMatchObject({ passed: 3, failed: 0 });
  await expect(testProject({ directory, environment, criteria: ["none"] })).rejects.toMatchObject({
    code: "bad-input",
    hint: "There are: one, two, key.",
  });
  const held = acquireLock({ directory: join(directory, ".checkpoints") });
  if (!held.acquired) throw new Error("The lock was not free.");
  await expect(testProject({ directory, environment })).rejects.toMatchObject({ code: "locked" });
  held.lock.release();
});

test("each way to break the chain is a hole", async () => {
  const holesOf = async () =>
    (await traceProject({ directory, environment })).holes.map(({ kind, of }) => `${kind} ${of}`);
  expect(await holesOf()).toEqual(["no-evidence one", "no-evidence two", "no-evidence key"]);
  await testProject({ directory, environment });
  const path = join(directory, "artifacts/evidence/one.json");
  const whole = await readFile(path, "utf8");
  await writeFile(path, whole.replace("as expected", "as wished"));
  expect(await holesOf()).toEqual(["changed one"]);
  await writeFile(path, whole);
  const looser = { ...criteria[0], check: { kind: "file", path: "one.txt", expect: { exists: false } } };
  await writeJson("criteria.json", [{ phase: "start", criteria: [looser, ...criteria.slice(1)] }]);
  expect(await holesOf()).toEqual(["changed one"]);
  const manual = { ...criteria[0], check: null };
  await writeJson("criteria.json", [{ phase: "start", criteria: [manual, ...criteria.slice(2)] }]);
  expect(await holesOf()).toEqual(["not-checkable R-one", "no-criterion R-two"]);
  await writeJson("criteria.json", [{ phase: "start", criteria }]);
  git("commit", "--quiet", "--amend", "-m", "no trailer");
  expect(await holesOf()).toEqual(expect.arrayContaining(["not-committed all"]));
});

test("evidence of other code is told as outdated", async () => {
  await testProject({ directory, environment });
  expect((await traceProject({ directory, environment })).outdated).toEqual([]);
  await writeFile(join(directory, "one.txt"), "other");
  git("commit", "--quiet", "-am", "Change");
  expect((await traceProject({ directory, environment })).outdated).toEqual(["key", "one", "two"]);
});
