import { setTimeout as delay } from "node:timers/promises";
import { type BuildStatus, findProject, openBuildStatus, readBuildStatus } from "@ccb/builder";
import { exitCodeOfOutcome, exitCodes } from "../exit-codes.ts";
import { createLiveRegion } from "../render/_live-region.ts";
import { createPainter } from "../render/_painter.ts";
import type { Terminal } from "../terminal.ts";
import { renderBuildStatus, renderStatusLine } from "./render-build-status.ts";

export interface StatusFlags {
  json?: boolean;
  watch?: boolean;
}

/** Milliseconds between two looks; the database of another process tells of no change. */
const lookEveryMs = 500;

/** `ccb status`: where the build of a directory stands. With `--watch` until it ends, is interrupted, or rests with nobody working on it. */
export async function runStatus(call: {
  directory: string | undefined;
  flags: StatusFlags;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const { stdout } = terminal;
  const directory = findProject({ cwd: terminal.cwd, directory: call.directory });
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const render = (status: BuildStatus, rows?: number) =>
    renderBuildStatus(status, {
      paint,
      cwd: terminal.cwd,
      columns: stdout.columns ?? Number.POSITIVE_INFINITY,
      rows,
      now: new Date(),
    });
  if (!flags.watch) {
    const status = readBuildStatus({ directory });
    stdout.write(flags.json ? `${JSON.stringify(status, null, 2)}\n` : `${render(status)}\n`);
    return exitCodes.done;
  }
  const region = stdout.isTTY && !flags.json ? createLiveRegion(stdout) : undefined;
  const show = createChangeWriter(stdout, flags.json ? describeAsJson : renderStatusLine);
  const last = await watch(directory, (status) => {
    // A region taller than the terminal cannot be redrawn in place.
    if (region) region.draw(render(status, (stdout.rows ?? 24) - 1));
    else show(status);
  });
  region?.clear();
  if (!flags.json) stdout.write(`${render(last)}\n`);
  return last.outcome === undefined ? exitCodes.stopped : exitCodeOfOutcome(last.outcome);
}

/** Looks until nobody works on the build any more; returns how it stood last. */
async function watch(directory: string, onLook: (status: BuildStatus) => void): Promise<BuildStatus> {
  using open = openBuildStatus({ directory });
  for (;;) {
    const status = open.read();
    if (status.state === "ended" || status.state === "interrupted") return status;
    onLook(status);
    await delay(lookEveryMs);
  }
}

/** Writes a line whenever it is another one than before. */
function createChangeWriter(
  stdout: NodeJS.WriteStream,
  describe: (status: BuildStatus) => string,
): (status: BuildStatus) => void {
  let before = "";
  return (status) => {
    const line = describe(status);
    if (line !== before) stdout.write(`${line}\n`);
    before = line;
  };
}

/** Without what changes with every look although nothing has happened. */
function describeAsJson({ elapsedMs: _elapsed, remainingMs: _remaining, ...status }: BuildStatus): string {
  return JSON.stringify(status);
}
