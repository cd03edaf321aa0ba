import { mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { CcbError, type Clock } from "@ccb/core";
import type { ExistingDirectory } from "../build-options.ts";
import { isJustBegun } from "./is-just-begun.ts";
import {
  type ProjectPaths,
  planProjectPaths,
  projectIgnoreFile,
  renderDirectoryName,
  renderTimestamp,
} from "./project-paths.ts";

export interface PrepareDirectoryOptions {
  cwd: string;
  outputDirectory: string | undefined;
  projectName: string;
  clock: Clock;
  onExisting: (found: ExistingDirectory) => Promise<"resume" | "backup" | "cancel">;
}

export interface PreparedDirectory {
  paths: ProjectPaths;
  resumed: boolean;
  /** Where what stood there before was moved to. */
  backup: string | undefined;
}

/**
 * Makes or takes over the project directory. What is there is never overwritten: a CCB project may be resumed, what a build began and was killed before it had a journal is gone on with, anything else is moved to
 * `<directory>.backup_<time>` first. Undefined when the user cancelled; CcbError `bad-input` when the place cannot be used.
 */
export async function prepareDirectory(options: PrepareDirectoryOptions): Promise<PreparedDirectory | undefined> {
  const root = options.outputDirectory
    ? resolve(options.cwd, options.outputDirectory)
    : await findFreeDirectory(
        join(options.cwd, "claude-builds"),
        renderDirectoryName(options.projectName, options.clock.now()),
      );
  const entries = await listEntries(root);
  const paths = planProjectPaths(root);
  // A journal that is gone while its copy is there is still a project; opening it says so.
  const resumable = (await exists(paths.database)) || (await exists(paths.databaseBackup));
  if (entries.length === 0 || (!resumable && (await isJustBegun(paths)))) {
    await makeDirectory(paths);
    return { paths, resumed: false, backup: undefined };
  }
  const choice = await options.onExisting({ path: root, resumable, entries: entries.length });
  if (choice === "cancel") return undefined;
  if (choice === "resume" && resumable) return { paths, resumed: true, backup: undefined };
  const backup = await backUp(root, options);
  await makeDirectory(paths);
  return { paths, resumed: false, backup };
}

async function findFreeDirectory(parent: string, name: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const candidate = join(parent, attempt === 1 ? name : `${name}_${attempt}`);
    if (!(await exists(candidate))) return candidate;
  }
}

async function listEntries(root: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return [];
    const what = code === "ENOTDIR" ? "is a file, not a folder" : `cannot be read (${code})`;
    throw unusable(root, what, cause);
  }
}

async function backUp(root: string, options: PrepareDirectoryOptions): Promise<string> {
  if (`${resolve(options.cwd)}${sep}`.startsWith(`${root}${sep}`)) {
    throw new CcbError({
      code: "bad-input",
      message: `The output directory ${root} holds the folder you are in, so what is there cannot be moved aside.`,
      hint: "Choose a folder of its own with --output-dir.",
    });
  }
  const backup = `${root}.backup_${renderTimestamp(options.clock.now())}`;
  try {
    await rename(root, backup);
  } catch (cause) {
    throw unusable(root, `cannot be moved to ${backup} (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
  return backup;
}

async function makeDirectory(paths: ProjectPaths): Promise<void> {
  try {
    for (const folder of [paths.artifacts, paths.logs, paths.checkpoints, paths.memory, paths.sessionHome]) {
      await mkdir(folder, { recursive: true });
    }
    await writeFile(join(paths.root, ".gitignore"), projectIgnoreFile);
  } catch (cause) {
    throw unusable(paths.root, `cannot be made (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

function unusable(root: string, what: string, cause?: unknown): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `The output directory ${root} ${what}.`,
    hint: "Choose another folder with --output-dir, or change its permissions.",
    cause,
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
