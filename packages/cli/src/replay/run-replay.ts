import { type ReplayResult, startReplay } from "@ccb/builder";
import { exitCodes } from "../exit-codes.ts";
import { stopOnSignals } from "../init/stop-on-signals.ts";
import { createPainter } from "../render/_painter.ts";
import { createReporter } from "../render/create-reporter.ts";
import type { Terminal } from "../terminal.ts";
import { renderReplay } from "./render-replay.ts";

/** The options of `ccb replay` as commander gives them. */
export interface ReplayFlags {
  into?: string;
  spec?: string;
  keepGoing?: boolean;
  json?: boolean;
  verbose: number;
}

/** `ccb replay`: builds a recorded build again without a model and says whether the same came out. */
export async function runReplay(call: { directory: string; flags: ReplayFlags; terminal: Terminal }): Promise<number> {
  const { flags, terminal } = call;
  const { stdout } = terminal;
  const replay = startReplay({
    directory: call.directory,
    cwd: terminal.cwd,
    environment: terminal.environment,
    keepGoing: flags.keepGoing ?? false,
    ...(flags.into === undefined ? {} : { into: flags.into }),
    ...(flags.spec === undefined ? {} : { specification: flags.spec }),
  });
  const release = stopOnSignals({
    build: replay,
    onFirst: () => terminal.stderr.write("Stopping after Ctrl-C; press it again to end at once.\n"),
  });
  const reporter = createReporter({
    stdout,
    format: stdout.isTTY ? "live" : "plain",
    verbosity: flags.json ? 0 : 1 + flags.verbose,
    cwd: terminal.cwd,
  });
  let result: ReplayResult;
  try {
    for await (const event of replay.events) if (!flags.json) reporter.event(event);
    result = await replay.result;
  } finally {
    reporter.close();
    release();
  }
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  stdout.write(
    flags.json ? `${JSON.stringify(result, null, 2)}\n` : `\n${renderReplay(result, { paint, cwd: terminal.cwd })}\n`,
  );
  return result.same ? exitCodes.done : exitCodes.acceptanceFailed;
}
