import { readdir, rm, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** What a sealed file is called. */
export const sealedSuffix = ".enc";

/** One file that Claude Code keeps of a session: its transcript, or a long tool result. */
export interface SessionFile {
  /** Absolute, as it stands on the disk. */
  path: string;
  /** Relative to the folder of all sessions, with forward slashes and without the suffix of a sealed file. */
  name: string;
  sessionId: string;
  isTranscript: boolean;
  sealed: boolean;
  bytes: number;
  modifiedMs: number;
}

/** Where Claude Code keeps its sessions under a home directory. */
function sessionFolder(home: string): string {
  return join(home, ".claude", "projects");
}

/**
 * All files of sessions under a home, by name. They lie in a folder for each working directory: `<cwd>/<session>.jsonl`, and `<cwd>/<session>/…` for long tool
 * results. What an interrupted writing left behind (`*.tmp`) is not listed.
 */
export async function listSessionFiles(home: string): Promise<SessionFile[]> {
  const folder = sessionFolder(home);
  const files: SessionFile[] = [];
  for (const path of await listPaths(folder)) {
    if (path.endsWith(".tmp")) continue;
    const sealed = path.endsWith(sealedSuffix);
    const name = relative(folder, sealed ? path.slice(0, -sealedSuffix.length) : path).replaceAll(sep, "/");
    const [, place = "", ...rest] = name.split("/");
    const { size, mtimeMs } = await stat(path);
    files.push({
      path,
      name,
      sessionId: rest.length === 0 ? place.replace(/\.jsonl$/, "") : place,
      isTranscript: rest.length === 0 && place.endsWith(".jsonl"),
      sealed,
      bytes: size,
      modifiedMs: mtimeMs,
    });
  }
  return files.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
}

/** Removes a file of a session and the session's own folder. */
export async function removeSessionFile(home: string, { path, name, sessionId }: SessionFile): Promise<void> {
  const [cwd = ""] = name.split("/");
  await rm(path, { force: true });
  await rm(join(sessionFolder(home), cwd, sessionId), { recursive: true, force: true });
}

/** Removes what an interrupted writing left behind. Nobody may be writing, so it takes the project's lock. */
export async function removeTornFiles(home: string): Promise<void> {
  for (const path of await listPaths(sessionFolder(home))) if (path.endsWith(".tmp")) await rm(path, { force: true });
}

async function listPaths(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
