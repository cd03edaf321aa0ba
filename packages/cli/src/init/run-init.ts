import { relative } from "node:path";
import { startBuild } from "@ccb/builder";
import { defaultModelId, offlineModelId } from "@ccb/core";
import { exitCodeOfError, exitCodeOfOutcome } from "../exit-codes.ts";
import { createReporter } from "../render/create-reporter.ts";
import { renderError } from "../render/render-error.ts";
import { findSpecSource } from "../spec/read-spec-argument.ts";
import type { Terminal } from "../terminal.ts";
import { askAboutDirectory } from "./ask-about-directory.ts";
import type { InitFlags } from "./init-flags.ts";
import { openSource } from "./open-source.ts";
import type { InitSettings } from "./read-settings.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

/** `ccb init`: translates flags and environment into a build, its events into text, and its end into an exit code. */
export async function runInit(call: {
  spec: string[];
  flags: InitFlags;
  settings: InitSettings;
  terminal: Terminal;
}): Promise<number> {
  const { flags, settings, terminal } = call;
  const reporter = createReporter({
    stdout: terminal.stdout,
    format: flags.json ? "json" : terminal.stdout.isTTY ? "live" : "plain",
    verbosity: settings.verbosity,
    cwd: terminal.cwd,
  });
  const source = await openSource(settings.source);
  const offline = settings.source.kind === "offline";
  try {
    const build = startBuild({
      specification: findSpecSource(call.spec, terminal),
      cwd: terminal.cwd,
      model: flags.model ?? (offline && !flags.dryRun ? offlineModelId : defaultModelId),
      ...(offline ? { planningModel: offlineModelId } : {}),
      upstream: source.upstream,
      maxCostUsd: settings.maxCostUsd,
      environment: terminal.environment,
      dryRun: flags.dryRun ?? false,
      skipTests: !flags.tests,
      continueOnError: flags.continueOnError ?? false,
      onExistingDirectory: (found) =>
        reporter.paused(() => askAboutDirectory(found, { yes: flags.yes ?? false, terminal })),
      ...(flags.outputDir === undefined ? {} : { outputDirectory: flags.outputDir }),
      ...(flags.projectName === undefined ? {} : { projectName: flags.projectName }),
      ...(flags.phases === undefined ? {} : { phases: flags.phases }),
      ...(flags.customMcp === undefined ? {} : { customMcpFile: flags.customMcp }),
      ...(flags.templates === undefined ? {} : { templatesDirectory: flags.templates }),
      ...(settings.taskTimeoutMs === undefined ? {} : { taskTimeoutMs: settings.taskTimeoutMs }),
    });
    const release = stopOnSignals({
      build,
      onFirst: () => reporter.note("Stopping after Ctrl-C; press it again to end at once."),
    });
    try {
      for await (const event of build.events) reporter.event(event);
      const result = await build.result;
      reporter.end(result);
      if (result.error && flags.json) terminal.stderr.write(renderError(result.error, { color: false }));
      if (result.outcome === "stopped" && result.directory) {
        reporter.note(
          `Go on with: ccb init ${call.spec.join(" ")} --output-dir ${relative(terminal.cwd, result.directory) || "."}`,
        );
      }
      return result.error ? exitCodeOfError(result.error.code) : exitCodeOfOutcome(result.outcome);
    } finally {
      release();
    }
  } finally {
    reporter.close();
    await source.close();
  }
}
