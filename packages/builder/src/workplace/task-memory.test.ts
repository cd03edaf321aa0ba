import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Task } from "@ccb/core";
import { readMemoryGraph, writeMemoryGraph } from "@ccb/mcp/memory";
import { afterEach, beforeEach, expect, it } from "vitest";
import { planProjectPaths } from "../project/project-paths.ts";
import { describeMemory } from "../stages/_describe-memory.ts";
import { mergeMemory, openMemoryCopy } from "./task-memory.ts";

let root = "";
const entity = (name: string, ...observations: string[]) => ({ name, entityType: "task", observations });
const graph = (...entities: ReturnType<typeof entity>[]) => ({ entities, relations: [] });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ccb-task-memory-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

it("two tasks that remember side by side lose nothing, and what both forgot stays forgotten", async () => {
  const paths = planProjectPaths(root);
  const main = join(paths.memory, "memory.jsonl");
  await writeMemoryGraph(main, graph(entity("plan", "old", "stays")));
  const one = await openMemoryCopy(paths, "one");
  const two = await openMemoryCopy(paths, "two");
  await writeMemoryGraph(one, graph(entity("plan", "stays"), entity("routes", "src/routes.ts")));
  await writeMemoryGraph(two, graph(entity("plan", "old", "stays", "more"), entity("login", "src/login.ts")));
  await mergeMemory(paths, "two");
  await mergeMemory(paths, "one");
  expect((await readMemoryGraph(main)).graph).toEqual(
    graph(entity("plan", "stays", "more"), entity("login", "src/login.ts"), entity("routes", "src/routes.ts")),
  );
  expect(readdirSync(join(paths.memory, "tasks"))).toEqual([]);
});

it("a later task is told what earlier ones remembered", async () => {
  const paths = planProjectPaths(root);
  const task: Task = {
    id: "t",
    name: "Logout",
    description: "Add it to src/login.ts.",
    dependsOn: [],
    files: [],
    requirementIds: [],
    size: "S",
  };
  expect(await describeMemory(paths, task)).toEqual([]);
  await writeMemoryGraph(join(paths.memory, "memory.jsonl"), graph(entity("login", "Sessions are in src/login.ts")));
  expect(await describeMemory(paths, task)).toEqual([
    '<memory entities="1">\nlogin (task)\n- Sessions are in src/login.ts\n</memory>',
  ]);
});
