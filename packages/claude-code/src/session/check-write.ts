import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** Tools that write files, and the fields of their input that name them. The MCP ones are the filesystem server's. */
export const writeTools: Readonly<Record<string, readonly string[]>> = Object.freeze({
  Write: ["file_path"],
  Edit: ["file_path"],
  MultiEdit: ["file_path"],
  NotebookEdit: ["notebook_path"],
  mcp__filesystem__write_file: ["path"],
  mcp__filesystem__edit_file: ["path"],
  mcp__filesystem__create_directory: ["path"],
  mcp__filesystem__move_file: ["source", "destination"],
});

/** Folders of the project directory that only CCB and git write. */
export const protectedFolders: readonly string[] = Object.freeze([".git", ".checkpoints", "logs"]);

/**
 * Why this tool call may not write, or undefined when it may (or does not write). Links are followed, so a link inside the project that
 * points out of it does not help.
 */
export function checkWrite(call: { name: string; input: unknown; projectDirectory: string }): string | undefined {
  const fields = writeTools[call.name];
  if (fields === undefined) return undefined;
  const input: Record<string, unknown> = typeof call.input === "object" && call.input !== null ? { ...call.input } : {};
  for (const field of fields) {
    const path = input[field];
    if (typeof path !== "string") return `${call.name} needs "${field}", the path of a file in the project directory.`;
    const reason = checkPath(path, call.projectDirectory);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function checkPath(path: string, projectDirectory: string): string | undefined {
  const root = resolveLinks(projectDirectory);
  const target = resolveLinks(resolve(projectDirectory, path));
  const inside = relative(root, target);
  if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    return `"${path}" is outside the project directory ${projectDirectory}. Write only inside it.`;
  }
  const [first = ""] = inside.split(sep);
  if (protectedFolders.includes(first.toLowerCase())) {
    return `"${path}" is in "${first}/", which only CCB and git write. Choose another place in the project directory.`;
  }
  return undefined;
}

/** The real path of the deepest part that exists, with the rest as written; a link to something that does not exist yet is followed too. */
function resolveLinks(path: string, depth = 0): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const parent = dirname(path);
    if ((code !== "ENOENT" && code !== "ENOTDIR") || parent === path || depth > 40) throw error;
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (isLink) return resolveLinks(resolve(parent, readlinkSync(path)), depth + 1);
    return join(resolveLinks(parent, depth), basename(path));
  }
}
