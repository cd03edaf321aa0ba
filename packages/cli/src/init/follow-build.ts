import { relative } from "node:path";
import type { Build, Upstream } from "@ccb/builder";
import type { RunConfig } from "../config/read-config.ts";
import { exitCodeOfError, exitCodeOfOutcome } from "../exit-codes.ts";
import { createReporter, type Reporter } from "../render/create-reporter.ts";
import { renderError } from "../render/render-error.ts";
import { openTelemetry } from "../telemetry/open-telemetry.ts";
import type { Terminal } from "../terminal.ts";
import { openSource } from "./open-source.ts";
import type { InitSettings } from "./read-settings.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

export interface FollowOptions {
  settings: InitSettings;
  config: RunConfig;
  terminal: Terminal;
  json: boolean;
}

/** Opens the model's server, starts a build on it, shows its events to the end, and gives its exit code. */
export async function followBuild(
  options: FollowOptions,
  start: (open: { upstream: Upstream; reporter: Reporter }) => Build | Promise<Build>,
): Promise<number> {
  const { settings, config, terminal, json } = options;
  const reporter = createReporter({
    stdout: terminal.stdout,
    format: json ? "json" : terminal.stdout.isTTY ? "live" : "plain",
    verbosity: settings.verbosity,
    cwd: terminal.cwd,
  });
  const note = (text: string) => (json ? void terminal.stderr.write(`${text}\n`) : reporter.note(text));
  const telemetry = await openTelemetry({ config, note });
  const source = await openSource(settings.source);
  try {
    const build = await start({ upstream: source.upstream, reporter });
    const release = stopOnSignals({
      build,
      onFirst: () => reporter.note("Stopping after Ctrl-C; press it again to end at once."),
    });
    try {
      for await (const event of build.events) {
        reporter.event(event);
        telemetry.take(event);
      }
      const result = await build.result;
      reporter.end(result);
      if (result.error && json) terminal.stderr.write(renderError(result.error, { color: false }));
      const isOver = result.outcome === "done" || result.outcome === "planned";
      if (!isOver && result.directory)
        reporter.note(`Go on with: ccb resume ${relative(terminal.cwd, result.directory) || "."}`);
      return result.error ? exitCodeOfError(result.error.code) : exitCodeOfOutcome(result.outcome);
    } finally {
      release();
    }
  } finally {
    reporter.close();
    await telemetry.close();
    await source.close();
  }
}
