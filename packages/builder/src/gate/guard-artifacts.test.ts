import { existsSync, readFileSync, renameSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { guardArtifacts } from "./guard-artifacts.ts";

let folder: string;
const write = (name: string, text: string) => writeFile(join(folder, name), text);
const read = (name: string) => readFileSync(join(folder, name), "utf8");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccb-guard-"));
  await mkdir(join(folder, "evidence"));
  await write("criteria.json", "[1]\n");
  await write(join("evidence", "A.json"), "{}\n");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("what was changed, written or deleted is told with its texts and put back", async () => {
  const guard = await guardArtifacts([{ folder, memory: new Map() }]);
  await write("criteria.json", "[]\n");
  await write("forged.json", '{"passed":true}\n');
  await rm(join(folder, "evidence"), { recursive: true });
  expect(await guard.undoChanges()).toEqual({
    before: { "artifacts/criteria.json": "[1]\n", "artifacts/evidence/A.json": "{}\n" },
    after: { "artifacts/criteria.json": "[]\n", "artifacts/forged.json": '{"passed":true}\n' },
  });
  expect([read("criteria.json"), read(join("evidence", "A.json"))]).toEqual(["[1]\n", "{}\n"]);
  expect(existsSync(join(folder, "forged.json"))).toBe(false);
  expect(await guard.undoChanges()).toEqual({ before: {}, after: {} });
});

test("a file that a merge put back to what git holds is no change of the session's", async () => {
  const guard = await guardArtifacts([{ folder, memory: new Map() }], async (path) =>
    path === "artifacts/criteria.json" ? "[0]\n" : undefined,
  );
  await write("criteria.json", "[0]\n");
  await write(join("evidence", "A.json"), "[0]\n");
  expect(Object.keys((await guard.undoChanges()).after)).toEqual(["artifacts/evidence/A.json"]);
  expect(read("criteria.json")).toBe("[0]\n");
});

test("what was looked at before is told as changed all the same, with the same size, by a rename and after it was put back", async () => {
  const memory = new Map();
  await delay(150);
  await guardArtifacts([{ folder, memory }]);
  const guard = await guardArtifacts([{ folder, memory }]);
  await write("criteria.json", "[2]\n");
  expect((await guard.undoChanges()).after).toEqual({ "artifacts/criteria.json": "[2]\n" });
  await write("other", "[3]\n");
  renameSync(join(folder, "other"), join(folder, "criteria.json"));
  expect((await guard.undoChanges()).after).toEqual({ "artifacts/criteria.json": "[3]\n" });
  expect(await guard.undoChanges()).toEqual({ before: {}, after: {} });
  expect(read("criteria.json")).toBe("[1]\n");
});
