import { startProcessGroup } from "../process/_start-process-group.ts";

export interface CommandRun {
  /** Undefined where it was still running when its time was over. */
  code: number | undefined;
  output: string;
  stdout: string;
}

/** Runs a command of a project in a process group of its own, with a clean environment; what it leaves running is ended. */
export async function runCommand(options: {
  command: string;
  cwd: string;
  env?: Readonly<Record<string, string>>;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}): Promise<CommandRun> {
  const { command, cwd, env, timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const group = await startProcessGroup({ command, cwd, env, stdoutBytes: 8 * 1024 * 1024 });
  const timeout = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any(signal ? [signal, timeout] : [timeout]);
  const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
  await Promise.race([group.exited, stopped]);
  const exit = group.exit();
  await group.end(2_000);
  signal?.throwIfAborted();
  return { code: exit?.code, output: group.output.text(), stdout: group.stdout.text() };
}
