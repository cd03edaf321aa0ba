import type { Stats } from "node:fs";
import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { CcbError, type FileCheck, type Observation } from "@ccb/core";
import { cut, failedObservation, type Look, show } from "./_look.ts";
import { matchPattern } from "./_match-pattern.ts";
import type { CheckPlace } from "./run-check.ts";

/** A larger file is not read. */
const maxFileBytes = 16 * 1024 * 1024;

type Found = { kind: "missing" } | { kind: "outside"; where: string } | { kind: "there"; path: string; stats: Stats };

/** Looks at a file below the folder; a path or a link that leads out of it is never followed. */
export async function runFileCheck(check: FileCheck, { cwd }: CheckPlace): Promise<Look> {
  return { observations: await observeFile(check, cwd), output: "" };
}

async function observeFile({ path, expect }: FileCheck, cwd: string): Promise<Observation[]> {
  const found = await findFile(path, cwd);
  if (found.kind === "outside") {
    return [failedObservation(`path ${show(path)}`, "a path inside the project directory", found.where)];
  }
  const isThere = found.kind === "there";
  const observations: Observation[] = [
    {
      passed: isThere === expect.exists,
      what: `file ${path}`,
      expected: expect.exists ? "exists" : "does not exist",
      received: isThere ? "exists" : "does not exist",
    },
  ];
  const contains = expect.contains ?? [];
  if (contains.length === 0 && expect.matches === undefined) return observations;
  if (!expect.exists) {
    const received = "content is expected of a file that must not exist";
    return [
      ...observations,
      failedObservation(`check of ${path}`, "a check that does not contradict itself", received),
    ];
  }
  return isThere ? [...observations, ...(await observeContent({ path, expect }, found))] : observations;
}

async function observeContent(
  { path, expect }: Pick<FileCheck, "path" | "expect">,
  found: { path: string; stats: Stats },
): Promise<Observation[]> {
  const what = `content of ${path}`;
  if (!found.stats.isFile()) {
    const received = found.stats.isDirectory() ? "a folder" : "neither a file nor a folder";
    return [failedObservation(what, "a regular file", received)];
  }
  if (found.stats.size > maxFileBytes) {
    return [failedObservation(what, `at most ${maxFileBytes} bytes`, `${found.stats.size} bytes`)];
  }
  const text = await readFile(found.path, "utf8").catch((error: Error) => error);
  if (text instanceof Error) return [failedObservation(what, "a readable file", text.message)];
  const observations: Observation[] = (expect.contains ?? []).map((part) => {
    const passed = text.includes(part);
    const received = passed ? "contained" : `not in ${show(cut(text))}`;
    return { passed, what, expected: `contains ${show(part)}`, received };
  });
  if (expect.matches !== undefined)
    observations.push(matchPattern({ what, pattern: expect.matches, text, flags: "m" }));
  return observations;
}

async function findFile(path: string, cwd: string): Promise<Found> {
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
