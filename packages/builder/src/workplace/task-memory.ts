import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ProjectPaths } from "../project/project-paths.ts";
import { writeArtifact } from "../project/write-artifact.ts";

const memoryName = "memory.jsonl";

/** The memory server's file of one task: a copy of the project's as it stands now. Returns its path. */
export async function openMemoryCopy(paths: ProjectPaths, task: string): Promise<string> {
  const path = copyOf(paths, task);
  await mkdir(dirname(path), { recursive: true });
  await copyFile(join(paths.memory, memoryName), path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
  });
  return path;
}

/** Brings what a task remembered into the project's memory, beside what others brought meanwhile, and removes the copy. */
export async function mergeMemory(paths: ProjectPaths, task: string): Promise<void> {
  const main = join(paths.memory, memoryName);
  const copy = copyOf(paths, task);
  const [ours, theirs] = await Promise.all([readLines(main), readLines(copy)]);
  const known = new Set(ours);
  const added = theirs.filter((line) => !known.has(line));
  if (added.length > 0) await writeArtifact(main, `${[...ours, ...added].join("\n")}\n`);
  await rm(copy, { force: true });
}

function copyOf(paths: ProjectPaths, task: string): string {
  return join(paths.memory, "tasks", `${task}.jsonl`);
}

async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return "";
    throw cause;
  });
  return text.split("\n").filter((line) => line.trim() !== "");
}
