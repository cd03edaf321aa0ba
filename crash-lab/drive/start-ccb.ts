import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { BuildEvent } from "@ccb/core";

const program = join(import.meta.dirname, "../../packages/cli/src/bin.ts");

/** How a process of CCB ended. */
export interface CcbEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last 4,000 characters of what it said on stderr. */
  stderr: string;
  /** Milliseconds from its start. */
  durationMs: number;
}

/** A running `ccb`, as a user starts it. */
export interface RunningCcb {
  pid: number;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<CcbEnd>;
}

export interface StartCcbOptions {
  args: string[];
  cwd: string;
  /** Added to a clean environment. */
  environment: Record<string, string>;
  /** Called with each event of `--json`, after it is in the journal. */
  onEvent: (event: BuildEvent | { type: "result" }) => void;
}

/** Starts `ccb` from the sources in an environment without keys but the dummy one. */
export function startCcb(options: StartCcbOptions): RunningCcb {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["--conditions=ccb-source", program, ...options.args], {
    cwd: options.cwd,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: options.cwd,
      LANG: "C.UTF-8",
      ANTHROPIC_API_KEY: "sk-ant-none-a-dummy",
      ...options.environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-4000);
  });
  readLines(child, (line) => {
    const event = parseEvent(line);
    if (event) options.onEvent(event);
  });
  const ended = new Promise<CcbEnd>((resolve, reject) => {
    child.on("error", reject);
    // Not "close": a child of CCB that outlives it may hold the pipe.
    child.on("exit", (code, signal) => {
      setTimeout(() => resolve({ code, signal, stderr, durationMs: performance.now() - startedMs }), 20);
    });
  });
  return { pid: child.pid ?? 0, kill: (signal) => void child.kill(signal), ended };
}

function readLines(child: ChildProcessByStdio<null, Readable, Readable>, onLine: (line: string) => void): void {
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
}

/** A line that a kill tore is no event. */
function parseEvent(line: string): BuildEvent | undefined {
  try {
    return JSON.parse(line) as BuildEvent;
  } catch {
    return undefined;
  }
}
