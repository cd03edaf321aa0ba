import type { CommandCheck, Observation } from "@ccb/core";
import { type ProcessExit, startProcessGroup } from "../process/_start-process-group.ts";
import { cut, show } from "./_look.ts";
import { matchPattern } from "./_match-pattern.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

const defaultTimeoutMs = 120_000;
const graceMs = 2_000;
/** Bytes of stdout, counted from its end, in which texts are looked for. */
const searchedStdoutBytes = 4 * 1024 * 1024;

export interface Program {
  command: string;
  /** How observations name it. */
  name: string;
  env?: Readonly<Record<string, string>> | undefined;
  timeoutMs?: number | undefined;
  expect: CommandCheck["expect"];
}

/** Runs a command through the shell and looks at its exit code and stdout; whatever it leaves running is ended. */
export async function runProgram(program: Program, place: CheckPlace): Promise<Look> {
  const { cwd, signal, sandbox } = place;
  const timeoutMs = program.timeoutMs ?? defaultTimeoutMs;
  const env = { ...place.env, ...program.env };
  const group = await startProcessGroup({
    command: program.command,
    cwd,
    env,
    launcher: sandbox?.launcher,
    stdoutBytes: searchedStdoutBytes,
  });
  const timeout = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any(signal ? [signal, timeout] : [timeout]);
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([group.exited, stopped]);
  const exit = group.exit();
  await group.end(graceMs);
  signal?.throwIfAborted();
  const stdout = group.stdout.text();
  return {
    observations: [observeExit(program, exit, timeoutMs), ...(exit ? observeStdout(program, stdout) : [])],
    output: group.output.text(),
  };
}

function observeExit(program: Program, exit: ProcessExit | undefined, timeoutMs: number): Observation {
  const what = `exit code of ${program.name}`;
  const expected = String(program.expect.exitCode);
  if (!exit) return { passed: false, what, expected, received: `still running after ${timeoutMs} ms, ended` };
  const received = exit.signal ? `${exit.code} (${exit.signal})` : String(exit.code);
  return { passed: exit.code === program.expect.exitCode, what, expected, received };
}

function observeStdout({ expect }: Program, stdout: string): Observation[] {
  const observations: Observation[] = (expect.stdoutIncludes ?? []).map((text) => {
    const passed = stdout.includes(text);
    const received = passed ? "contained" : `not in ${show(cut(stdout.slice(-300)))}`;
    return { passed, what: "stdout", expected: `contains ${show(text)}`, received };
  });
  if (expect.stdoutMatches !== undefined) {
    observations.push(matchPattern({ what: "stdout", pattern: expect.stdoutMatches, text: stdout, flags: "m" }));
  }
  return observations;
}
