import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Compiles the library that breaks CCB from within; undefined where this machine has no C compiler or is not Linux. */
export function buildPreload(folder: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  const source = join(import.meta.dirname, "../preload/faults.c");
  const library = join(folder, "faults.so");
  const { error, status, stderr } = spawnSync("cc", ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], {
    encoding: "utf8",
  });
  if (error) return undefined;
  if (status !== 0) throw new Error(`preload/faults.c could not be compiled: ${stderr}`);
  return library;
}

/** Where and how a process of CCB breaks. */
export interface InnerFault {
  op: "write" | "sync" | "rename";
  action: "kill-before" | "kill-after" | "eio" | "enospc" | "short" | "count";
  /** 1 for the first matching call. */
  at: number;
  /** Part of the path the call is about. */
  path: string;
}

/** The environment that makes the library act. */
export function renderPreload(
  library: string,
  what: { fault?: InnerFault; countFile?: string; clock?: { afterSeconds: number; jumpSeconds: number } },
): Record<string, string> {
  const { fault, countFile, clock } = what;
  return {
    LD_PRELOAD: library,
    ...(fault ? { CCB_LAB_FAULT: `${fault.op},${fault.action},${fault.at},${fault.path}` } : {}),
    ...(countFile ? { CCB_LAB_COUNT: countFile } : {}),
    ...(clock ? { CCB_LAB_CLOCK: `${clock.afterSeconds},${clock.jumpSeconds}` } : {}),
  };
}
