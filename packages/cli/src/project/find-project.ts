import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CcbError } from "@ccb/core/errors";

/**
 * The project directory that a command looks at: the one named, else the folder the user is in, else the newest in `claude-builds`.
 *
 * CcbError `bad-input` where there is none.
 */
export function findProject(named: string | undefined, cwd: string): string {
  if (named !== undefined) {
    const directory = resolve(cwd, named);
    if (isProject(directory)) return directory;
    throw noProject(`${directory} is no project directory of CCB: it has no .checkpoints/build.db.`);
  }
  if (isProject(cwd)) return cwd;
  const newest = listBuilds(join(cwd, "claude-builds")).at(-1);
  if (newest !== undefined) return newest;
  throw noProject("There is no project directory of CCB here, nor in claude-builds.");
}

function isProject(directory: string): boolean {
  return existsSync(join(directory, ".checkpoints", "build.db"));
}

/** Oldest first, by when their database was begun. */
function listBuilds(parent: string): string[] {
  if (!existsSync(parent)) return [];
  const began = (directory: string): number => statSync(join(directory, ".checkpoints", "build.db")).birthtimeMs;
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter(isProject)
    .sort((left, right) => began(left) - began(right));
}

function noProject(message: string): CcbError {
  return new CcbError({
    code: "bad-input",
    message,
    hint: "Name the directory that ccb init made, or change into it.",
  });
}
