import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";

/** The program of `ccb`, from the sources. */
export const ccbProgram = join(import.meta.dirname, "..", "src", "bin.ts");

export interface CcbRun {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface StartCcbOptions {
  args: string[];
  cwd: string;
  /** Added to PATH and HOME; nothing of the test's own environment goes in. */
  environment?: Record<string, string>;
  input?: string | Uint8Array;
}

/** Starts `ccb` as a process of its own, from the sources, in a clean environment. */
export function startCcb(options: StartCcbOptions): { child: ChildProcessWithoutNullStreams; ended: Promise<CcbRun> } {
  const child = spawn(process.execPath, ["--conditions=ccb-source", ccbProgram, ...options.args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? "", HOME: options.cwd, ...options.environment },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const ended = new Promise<CcbRun>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs `ccb` to its end. */
export function runCcb(options: StartCcbOptions): Promise<CcbRun> {
  return startCcb(options).ended;
}
