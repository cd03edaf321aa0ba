import type { Stats } from "node:fs";
import { readFile } from "node:fs/promises";
import type { FileCheck, Observation } from "@ccb/core";
import { findFile } from "./_find-file.ts";
import { cut, failedObservation, show } from "./_look.ts";
import { matchPattern } from "./_match-pattern.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

/** A larger file is not read. */
const maxFileBytes = 16 * 1024 * 1024;

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
