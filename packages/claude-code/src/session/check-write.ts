import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from "node:path";

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
export const protectedFolders: readonly string[] = Object.freeze([".git", ".checkpoints", "logs", "artifacts"]);

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
    try {
      const reason = checkPath(path, call.projectDirectory);
      if (reason !== undefined) return reason;
    } catch (error) {
      return `"${path}" cannot be followed (${error instanceof Error ? error.message : String(error)}). Choose another path.`;
    }
  }
  return undefined;
}

function checkPath(path: string, projectDirectory: string): string | undefined {
  const root = realpathSync(projectDirectory);
  // "link/../x" is "x" to a tool that tidies paths first and the parent of the link's target to the system: both must be inside.
  for (const target of [
    followLinks(resolve(projectDirectory, path)),
    followLinks(joinAsWritten(projectDirectory, path)),
  ]) {
    const inside = relative(root, target);
    if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
      return `"${path}" is outside the project directory ${projectDirectory}. Write only inside it.`;
    }
    const [first = ""] = inside.split(sep);
    if (protectedFolders.includes(first.toLowerCase())) {
      return `"${path}" is in "${first}/", which only CCB and git write. Choose another place in the project directory.`;
    }
  }
  return undefined;
}

/** An absolute path as written, `..` and all. */
function joinAsWritten(folder: string, path: string): string {
  return isAbsolute(path) ? path : `${folder}${sep}${path}`;
}

/** Where the system would go with this absolute path: part by part, through every link, also through one whose target does not exist yet. */
function followLinks(path: string, followed = 0): string {
  const { root } = parse(path);
  let current = root;
  const parts = path.slice(root.length).split(sep);
  for (const [index, part] of parts.entries()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      current = dirname(current);
      continue;
    }
    const next = join(current, part);
    if (lstatSync(next, { throwIfNoEntry: false })?.isSymbolicLink() !== true) {
      current = next;
      continue;
    }
    if (followed > 40) throw new Error(`too many links in ${path}`);
    const target = joinAsWritten(current, readlinkSync(next));
    return followLinks([target, ...parts.slice(index + 1)].join(sep), followed + 1);
  }
  return current;
}
