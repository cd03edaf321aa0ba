import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  const guard = await guardArtifacts([folder, folder]);
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
  const guard = await guardArtifacts([folder], async (path) =>
    path === "artifacts/criteria.json" ? "[0]\n" : undefined,
  );
  await write("criteria.json", "[0]\n");
  await write(join("evidence", "A.json"), "[0]\n");
  expect(Object.keys((await guard.undoChanges()).after)).toEqual(["artifacts/evidence/A.json"]);
  expect(read("criteria.json")).toBe("[0]\n");
});
