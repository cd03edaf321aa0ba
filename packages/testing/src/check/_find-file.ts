import type { Stats } from "node:fs";
import { lstat, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { CcbError } from "@ccb/core";

export type FoundFile =
  | { kind: "missing" }
  | { kind: "outside"; where: string }
  | { kind: "there"; path: string; stats: Stats };

/** A file below the folder; a path or a link that leads out of it is never followed. */
export async function findFile(path: string, cwd: string): Promise<FoundFile> {
  if (path.includes("\0")) return { kind: "outside", where: "a path with a NUL character" };
  if (isAbsolute(path) || /^[A-Za-z]:/.test(path)) return { kind: "outside", where: "an absolute path" };
  const parts = path.split(/[\\/]/).filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return { kind: "outside", where: 'a path with ".."' };
  const root = await realpath(cwd).catch((cause: Error) => {
    const message = `The project directory ${cwd} cannot be read: ${cause.message}.`;
    throw new CcbError({ code: "io-failed", message, hint: "Check that the folder exists.", cause });
  });
  let current = root;
  for (const part of parts) {
    const next = join(current, part);
    const link = await lstat(next).catch(() => undefined); // a missing or unreachable part is a missing file
    if (!link) return { kind: "missing" };
    const real = link.isSymbolicLink() ? await realpath(next).catch(() => undefined) : next;
    if (real === undefined) return { kind: "missing" };
    if (isOutside(root, real)) return { kind: "outside", where: `${part} is a link that leads out of it` };
    current = real;
  }
  const stats = await stat(current).catch(() => undefined);
  return stats ? { kind: "there", path: current, stats } : { kind: "missing" };
}

function isOutside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way);
}
