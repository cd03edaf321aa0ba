import { startBuild } from "@ccb/builder";
import { defaultModelId, offlineModelId } from "@ccb/core";
import { readConfig } from "../config/read-config.ts";
import { renderHookCommand } from "../secrets/render-hook-command.ts";
import { findSpecSource } from "../spec/read-spec-argument.ts";
import type { Terminal } from "../terminal.ts";
import { askAboutDirectory } from "./ask-about-directory.ts";
import { askAboutSpecification } from "./ask-about-specification.ts";
import { followBuild } from "./follow-build.ts";
import type { InitFlags } from "./init-flags.ts";
import { renderInvocation } from "./invocation.ts";
import { readSessionPassphrase } from "./read-session-passphrase.ts";
import type { InitSettings } from "./read-settings.ts";
import { renderCaps } from "./render-caps.ts";
import { renderCheckPlace } from "./render-check-place.ts";
import { renderRunOptions } from "./render-run-options.ts";

/** `ccb init`: translates flags and environment into a build, its events into text, and its end into an exit code. */
export async function runInit(call: {
  spec: string[];
  flags: InitFlags;
  settings: InitSettings;
  terminal: Terminal;
}): Promise<number> {
  const { flags, settings, terminal } = call;
  const isOffline = settings.source.kind === "offline";
  const yes = flags.yes ?? false;
  const config = readConfig(flags, terminal);
  return followBuild({ settings, config, terminal, json: flags.json ?? false }, async ({ upstream, reporter }) =>
    startBuild({
      command: "ccb init",
      specification: findSpecSource(call.spec, terminal),
      cwd: terminal.cwd,
      model: flags.model ?? (isOffline && !flags.dryRun ? offlineModelId : defaultModelId),
      ...(isOffline ? { planningModel: offlineModelId } : {}),
      upstream,
      maxCostUsd: settings.maxCostUsd,
      ...renderCaps(flags),
      ...renderRunOptions(config),
      ...readSessionPassphrase(terminal.environment),
      redFirst: flags.redFirst ?? false,
      generateTests: flags.generateTests ?? false,
      webSearch: flags.webSearch ?? true,
      environment: terminal.environment,
      secretHookCommand: renderHookCommand(),
      dryRun: flags.dryRun ?? false,
      skipTests: !flags.tests,
      skipValidation: !flags.validate,
      ...(await renderCheckPlace(flags, { terminal, reporter })),
      continueOnError: flags.continueOnError ?? false,
      parallelTasks: flags.parallelTasks ?? 1,
      // A dry run is planned by rule, whatever the flags say; going on from it is a build of its own.
      ...(flags.dryRun ? {} : { invocation: renderInvocation(flags, terminal.cwd) }),
      onExistingDirectory: (found) => reporter.paused(() => askAboutDirectory(found, { yes, terminal })),
      onSpecificationChange: (change) => reporter.paused(() => askAboutSpecification(change, { yes, terminal })),
      ...(flags.outputDir === undefined ? {} : { outputDirectory: flags.outputDir }),
      ...(flags.projectName === undefined ? {} : { projectName: flags.projectName }),
      ...(flags.phases === undefined ? {} : { phases: flags.phases }),
      ...(flags.customMcp === undefined ? {} : { customMcpFile: flags.customMcp }),
      ...(flags.templates === undefined ? {} : { templatesDirectory: flags.templates }),
      ...(settings.taskTimeoutMs === undefined ? {} : { taskTimeoutMs: settings.taskTimeoutMs }),
    }),
  );
}
