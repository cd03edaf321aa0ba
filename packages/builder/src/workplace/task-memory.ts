import { copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mergeMemoryGraphs, readMemoryGraph, writeMemoryGraph } from "@ccb/mcp/memory";
import type { ProjectPaths } from "../project/project-paths.ts";

const memoryName = "memory.jsonl";

/** The memory server's file of one task: a copy of the project's as it stands now, which is kept beside it to tell later what the task changed. Returns its path. */
export async function openMemoryCopy(paths: ProjectPaths, task: string): Promise<string> {
  const path = copyOf(paths, task);
  const base = baseOf(paths, task);
  await mkdir(dirname(path), { recursive: true });
  await rm(base, { force: true });
  await copyFile(join(paths.memory, memoryName), base).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
  });
  await writeMemoryGraph(path, (await readMemoryGraph(base)).graph);
  return path;
}

/** Brings what a task remembered, changed and forgot into the project's memory, beside what others brought meanwhile, and removes the copy. */
export async function mergeMemory(paths: ProjectPaths, task: string): Promise<void> {
  const main = join(paths.memory, memoryName);
  const [base, ours, theirs] = await Promise.all(
    [baseOf(paths, task), main, copyOf(paths, task)].map((path) => readMemoryGraph(path)),
  );
  if (base && ours && theirs) await writeMemoryGraph(main, mergeMemoryGraphs(base.graph, ours.graph, theirs.graph));
  await rm(copyOf(paths, task), { force: true });
  await rm(baseOf(paths, task), { force: true });
}

function copyOf(paths: ProjectPaths, task: string): string {
  return join(paths.memory, "tasks", `${task}.jsonl`);
}

function baseOf(paths: ProjectPaths, task: string): string {
  return join(paths.memory, "tasks", `${task}.base.jsonl`);
}
