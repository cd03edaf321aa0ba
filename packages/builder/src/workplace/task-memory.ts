import { copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mergeMemoryGraphs, readMemoryGraph, writeMemoryGraph } from "@ccb/mcp/memory";
import type { ProjectPaths } from "../project/project-paths.ts";

/** The memory server's file of one task: a copy of the project's as it stands now, and a second one to compare with. Returns the first one's path. */
export async function openMemoryCopy(paths: ProjectPaths, task: string): Promise<string> {
  const { copy, base } = placesOf(paths, task);
  await mkdir(dirname(copy), { recursive: true });
  for (const path of [copy, base]) {
    await rm(path, { force: true });
    await copyFile(mainFile(paths), path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT") throw cause;
    });
  }
  return copy;
}

/** The path of a copy that was opened before, for a session that goes on. */
export function findMemoryCopy(paths: ProjectPaths, task: string): string {
  return placesOf(paths, task).copy;
}

/** Brings what a task remembered into the project's memory, beside what others brought meanwhile, and removes the copies. */
export async function mergeMemory(paths: ProjectPaths, task: string): Promise<void> {
  const { copy, base } = placesOf(paths, task);
  const main = mainFile(paths);
  const [before, ours, theirs] = await Promise.all([base, main, copy].map(readMemoryGraph));
  if (before && ours && theirs && theirs.graph.entities.length > 0)
    await writeMemoryGraph(main, mergeMemoryGraphs(before.graph, ours.graph, theirs.graph));
  for (const path of [copy, base]) await rm(path, { force: true });
}

function mainFile(paths: ProjectPaths): string {
  return join(paths.memory, "memory.jsonl");
}

function placesOf(paths: ProjectPaths, task: string): { copy: string; base: string } {
  const folder = join(paths.memory, "tasks");
  return { copy: join(folder, `${task}.jsonl`), base: join(folder, `${task}.base.jsonl`) };
}
