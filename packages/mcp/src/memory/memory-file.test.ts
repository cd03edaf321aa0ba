import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createServerPool } from "../pool/create-server-pool.ts";
import { mandatoryServers } from "../servers/mandatory-servers.ts";
import { chooseMemories } from "./choose-memories.ts";
import { readMemoryGraph, writeMemoryGraph } from "./memory-file.ts";

it("what the real memory server stored is read, and what was written it knows again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ccb-memory-"));
  const memoryFile = join(folder, "memory.jsonl");
  expect(await readMemoryGraph(memoryFile)).toEqual({ graph: { entities: [], relations: [] }, damagedLines: 0 });
  const servers = mandatoryServers({ projectDirectory: folder, memoryFile }).filter(({ name }) => name === "memory");
  const call = async (tool: string, input: Record<string, unknown>) => {
    const pool = createServerPool({ servers });
    const answer = await pool.call({ server: "memory", tool, arguments: input });
    await pool.close();
    return JSON.stringify(answer);
  };
  await call("create_entities", {
    entities: [
      { name: "task routes", entityType: "task", observations: ["Routes are in src/routes.ts"] },
      { name: "database", entityType: "decision", observations: ["SQLite, one file"] },
    ],
  });
  await call("create_relations", { relations: [{ from: "task routes", to: "database", relationType: "uses" }] });
  const { graph } = await readMemoryGraph(memoryFile);
  expect(graph.entities.map(({ name }) => name)).toEqual(["task routes", "database"]);
  expect(graph.relations).toEqual([{ from: "task routes", to: "database", relationType: "uses" }]);

  await writeMemoryGraph(memoryFile, {
    ...graph,
    entities: [...graph.entities, { name: "added", entityType: "task", observations: ["by another worktree"] }],
  });
  expect(await call("read_graph", {})).toContain("by another worktree");
  expect(readdirSync(folder)).toEqual(["memory.jsonl"]);
  writeFileSync(memoryFile, '{"type":"entity","name":"a","entityType":"t","observations":[]}\n{"type":"enti');
  expect((await readMemoryGraph(memoryFile)).damagedLines).toBe(1);
  rmSync(folder, { recursive: true });
});

it("a task is given what speaks of it first, within its budget, and told what was left out", () => {
  const entity = (name: string, observation: string) => ({ name, entityType: "task", observations: [observation] });
  const graph = {
    entities: [
      entity("task login", "Sessions are in src/session.ts"),
      entity("task colours", "The palette is blue"),
      entity("task routes", "Routes are in src/routes.ts"),
    ],
    relations: [{ from: "task routes", to: "task login", relationType: "needs" }],
  };
  const choose = (budgetTokens: number) =>
    chooseMemories({
      graph,
      about: "Add a logout to src/session.ts",
      budgetTokens,
      countTokens: (text) => text.length,
    });
  expect(choose(1000).text.split("\n")).toEqual([
    "task login (task)",
    "- Sessions are in src/session.ts",
    "task routes (task)",
    "- Routes are in src/routes.ts",
    "- needs task login",
    "task colours (task)",
    "- The palette is blue",
  ]);
  expect(choose(60)).toMatchObject({ leftOut: ["task routes", "task colours"] });
  expect(choose(0).text).toBe("");
});
