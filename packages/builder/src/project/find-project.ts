import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { CcbError } from "@ccb/core";
import { planProjectPaths } from "./project-paths.ts";

/** Where builds go unless a directory is named, below the folder they are started in. */
const defaultParent = "claude-builds";

/**
 * The project directory that is meant: the one named; else the current folder, if it is a project; else the one under `claude-builds/` that was worked on last. CcbError
 * `bad-input` when there is none.
 */
export function findProject(options: { cwd: string; directory: string | undefined }): string {
  const { cwd, directory } = options;
  if (directory !== undefined) {
    const root = resolve(cwd, directory);
    if (isProject(root)) return root;
    throw noProject(
      `${directory} is no CCB project: there is no ${relative(root, planProjectPaths(root).database)} in it.`,
    );
  }
  if (isProject(cwd)) return cwd;
  const newest = listProjects(join(cwd, defaultParent)).at(-1);
  if (newest !== undefined) return newest;
  throw noProject(`Neither the current folder nor one under ${defaultParent}/ is a CCB project.`);
}

/** Projects in a folder, the one whose journal was written last at the end. */
function listProjects(parent: string): string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter(isProject)
    .map((root) => ({ root, writtenMs: lastWriteMs(planProjectPaths(root).database) }))
    .sort((left, right) => left.writtenMs - right.writtenMs)
    .map(({ root }) => root);
}

/** What was written last stands in the log beside the database until it is folded in. */
function lastWriteMs(database: string): number {
  const times = [database, `${database}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.max(...times);
}

function isProject(root: string): boolean {
  return existsSync(planProjectPaths(root).database);
}

function noProject(message: string): CcbError {
  return new CcbError({
    code: "bad-input",
    message,
    hint: "Name the project directory of a build, or begin one with: ccb init spec.md",
  });
}
