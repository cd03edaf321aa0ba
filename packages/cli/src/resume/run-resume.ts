import { resolve } from "node:path";
import { commandBuild, isBuilding, readProject, restoreJournal, startBuild } from "@ccb/builder";
import { readBuildStatus } from "@ccb/builder/project";
import { defaultModelId, offlineModelId } from "@ccb/core";
import { CcbError } from "@ccb/core/errors";
import { readConfig } from "../config/read-config.ts";
import { exitCodes } from "../exit-codes.ts";
import { askAboutSpecification } from "../init/ask-about-specification.ts";
import { followBuild } from "../init/follow-build.ts";
import type { InitFlags } from "../init/init-flags.ts";
import { type Invocation, parseInvocation } from "../init/invocation.ts";
import { readSessionPassphrase } from "../init/read-session-passphrase.ts";
import { readSettings } from "../init/read-settings.ts";
import { renderCaps } from "../init/render-caps.ts";
import { renderCheckPlace } from "../init/render-check-place.ts";
import { renderRunOptions } from "../init/render-run-options.ts";
import { createPainter } from "../render/_painter.ts";
import { renderHookCommand } from "../secrets/render-hook-command.ts";
import { renderBuildStatus } from "../status/render-build-status.ts";
import type { Terminal } from "../terminal.ts";
import type { ResumeFlags } from "./resume-flags.ts";

interface ResumeCall {
  directory: string;
  flags: ResumeFlags;
  terminal: Terminal;
}

/** `ccb resume`: ends the pause of a build that runs, or goes on with one that does not, with the options it was begun with. */
export async function runResume(call: ResumeCall): Promise<number> {
  const { flags, terminal } = call;
  const directory = resolve(terminal.cwd, call.directory);
  if (flags.fromBackup) {
    const damaged = await restoreJournal(directory);
    terminal.stderr.write(`The last copy of the journal is in place; the damaged one is ${damaged}\n`);
  }
  if (isBuilding(directory)) return endPause(directory, call);
  const { specification, invocation, project } = readProject(directory);
  const init = joinFlags(parseInvocation(invocation, directory).flags, flags);
  const settings = readSettings(init, terminal.environment);
  const config = readConfig(init, terminal);
  if (!flags.json) showWhereItStands(directory, terminal);
  const isOffline = settings.source.kind === "offline";
  return followBuild({ settings, config, terminal, json: flags.json ?? false }, async ({ upstream, reporter }) =>
    startBuild({
      command: "ccb resume",
      specification: flags.updateSpec === undefined ? keptSpecification(specification, directory) : flags.updateSpec,
      cwd: terminal.cwd,
      outputDirectory: directory,
      model: init.model ?? (isOffline ? offlineModelId : defaultModelId),
      ...(isOffline ? { planningModel: offlineModelId } : {}),
      upstream,
      maxCostUsd: settings.maxCostUsd,
      ...renderCaps(init),
      ...renderRunOptions(config),
      ...readSessionPassphrase(terminal.environment),
      redFirst: init.redFirst ?? false,
      generateTests: init.generateTests ?? false,
      webSearch: init.webSearch ?? true,
      environment: terminal.environment,
      secretHookCommand: renderHookCommand(),
      skipTests: !init.tests,
      skipValidation: !init.validate,
      ...(await renderCheckPlace(init, { terminal, reporter })),
      continueOnError: init.continueOnError ?? false,
      parallelTasks: init.parallelTasks ?? 1,
      rerunTests: flags.rerunTests ?? false,
      ignoreKeptAnswers: flags.askAgain ?? false,
      onExistingDirectory: async () => "resume",
      onSpecificationChange: (change) =>
        reporter.paused(() => askAboutSpecification(change, { yes: flags.yes ?? false, terminal })),
      ...(flags.fromPhase === undefined ? {} : { fromPhase: flags.fromPhase }),
      ...(flags.fromTask === undefined ? {} : { fromTask: flags.fromTask }),
      projectName: project,
      ...(init.phases === undefined ? {} : { phases: init.phases }),
      ...(init.customMcp === undefined ? {} : { customMcpFile: init.customMcp }),
      ...(init.templates === undefined ? {} : { templatesDirectory: init.templates }),
      ...(settings.taskTimeoutMs === undefined ? {} : { taskTimeoutMs: settings.taskTimeoutMs }),
    }),
  );
}

/** What is done and what is next, before anything goes on. */
function showWhereItStands(directory: string, terminal: Terminal): void {
  const { stdout } = terminal;
  const status = readBuildStatus({ directory });
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const columns = stdout.columns ?? Number.POSITIVE_INFINITY;
  stdout.write(
    `${renderBuildStatus(status, { paint, cwd: terminal.cwd, columns, rows: undefined, now: new Date() })}\n\n`,
  );
}

/** The flags the build was begun with; those given now win. */
function joinFlags(begun: Invocation["flags"], now: ResumeFlags): InitFlags {
  const { maxCost, parallelTasks, continueOnError, validate, generateTests, yes, verbose } = now;
  const { config, prices, route, metricsPort, otlpEndpoint, logMaxSize, logKeepDays } = now;
  const running = { config, prices, route, metricsPort, otlpEndpoint, logMaxSize, logKeepDays };
  const { sandbox, network, environment, checkKinds, confine, confineWrite } = now;
  const checking = { sandbox, network, environment, checkKinds, confine, confineWrite };
  const given = Object.entries({
    maxCost,
    parallelTasks,
    continueOnError,
    generateTests,
    yes,
    ...running,
    ...checking,
  }).filter(([, value]) => value !== undefined);
  const kept = Object.entries(begun).filter(([, value]) => value !== undefined);
  return {
    tests: begun.tests,
    validate: begun.validate ?? true,
    ...Object.fromEntries([...kept, ...given]),
    ...(validate ? {} : { validate }),
    verbose,
  };
}

/** The text the build stands on, from the journal: the file it came from may have changed since. */
function keptSpecification(text: string | undefined, directory: string): { stdin: AsyncIterable<Uint8Array> } {
  if (text === undefined) {
    throw new CcbError({
      code: "bad-input",
      message: `The build in ${directory} was stopped before it had read its specification.`,
      hint: `Begin again: ccb init spec.md --yes --output-dir ${directory}`,
    });
  }
  const bytes = (async function* () {
    yield new TextEncoder().encode(text);
  })();
  return { stdin: bytes };
}

async function endPause(directory: string, { flags, terminal }: ResumeCall): Promise<number> {
  const others = Object.entries(flags).filter(
    ([name, value]) => (name === "validate" ? value === false : value) && name !== "json" && name !== "yes",
  );
  if (others.length > 0) {
    throw new CcbError({
      code: "locked",
      message: `A build is running in ${directory}; options can only be given to one that is not.`,
      hint: `Stop it first: ccb stop ${directory}`,
    });
  }
  const answer = await commandBuild(directory, "resume");
  terminal.stdout.write(flags.json ? `${JSON.stringify({ command: "resume", directory, answer })}\n` : `${answer}\n`);
  return exitCodes.done;
}
