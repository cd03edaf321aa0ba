import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Build, type BuildResult, startBuild } from "@ccb/builder";
import { CcbError, defaultModelId, offlineModelId, type Requirement } from "@ccb/core";
import { exitCodeOfError, exitCodeOfOutcome, exitCodes } from "../exit-codes.ts";
import { askAboutDirectory } from "../init/ask-about-directory.ts";
import { openSource } from "../init/open-source.ts";
import { stopOnSignals } from "../init/stop-on-signals.ts";
import { createPainter } from "../render/_painter.ts";
import { renderError } from "../render/render-error.ts";
import { findSpecSource } from "../spec/read-spec-argument.ts";
import type { Terminal } from "../terminal.ts";
import { type Forecast, renderPlanning } from "./render-planning.ts";

export interface PlanFlags {
  model?: string;
  projectName?: string;
  outputDir?: string;
  yes?: boolean;
  json?: boolean;
}

/** `ccb plan`: plans by rule without a key and without building, and prints what came of it. Without --output-dir nothing is left behind. */
export async function runPlan(call: { spec: string[]; flags: PlanFlags; terminal: Terminal }): Promise<number> {
  const { flags, terminal } = call;
  const specification = findSpecSource(call.spec, terminal);
  const temporary = flags.outputDir === undefined ? await mkdtemp(join(tmpdir(), "ccb-plan-")) : undefined;
  const source = await openSource({ kind: "offline" });
  try {
    const build = startBuild({
      command: "ccb plan",
      specification,
      cwd: terminal.cwd,
      model: flags.model ?? defaultModelId,
      planningModel: offlineModelId,
      upstream: source.upstream,
      environment: terminal.environment,
      dryRun: true,
      // A folder of its own: what lies beside a project is taken for earlier builds.
      outputDirectory: temporary === undefined ? (flags.outputDir ?? "") : join(temporary, "project"),
      onExistingDirectory: (found) => askAboutDirectory(found, { yes: flags.yes ?? false, terminal }),
      ...(flags.projectName === undefined ? {} : { projectName: flags.projectName }),
    });
    const release = stopOnSignals({ build, onFirst: () => terminal.stderr.write("Stopping after Ctrl-C.\n") });
    try {
      return await printPlan(build, { flags, terminal });
    } finally {
      release();
    }
  } finally {
    await source.close();
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

async function printPlan(build: Build, call: { flags: PlanFlags; terminal: Terminal }): Promise<number> {
  const { flags, terminal } = call;
  for await (const event of build.events) {
    if (event.type === "warning") terminal.stderr.write(`warning: ${event.message}\n`);
  }
  const result = await build.result;
  if (!result.planned || result.directory === undefined) return reportFailure(result, terminal);
  const { plan, criteria } = result.planned;
  const artifacts = join(result.directory, "artifacts");
  const { title, requirements } = await readJson<{ title: string; requirements: Requirement[] }>(
    join(artifacts, "requirements.json"),
  );
  const forecast = await readJson<Forecast>(join(artifacts, "forecast.json"));
  const { stdout } = terminal;
  if (flags.json) stdout.write(`${JSON.stringify({ requirements, plan, criteria, forecast }, null, 2)}\n`);
  else {
    const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
    const planning = { title, requirements, plan, criteria, forecast };
    stdout.write(`${renderPlanning(planning, { paint, kept: flags.outputDir })}\n`);
  }
  return exitCodes.done;
}

function reportFailure(result: BuildResult, terminal: Terminal): number {
  const error = result.error ?? new CcbError({ code: "stopped", message: result.reason });
  terminal.stderr.write(renderError(error, { color: terminal.stderr.isTTY === true }));
  return result.error ? exitCodeOfError(result.error.code) : exitCodeOfOutcome(result.outcome);
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8")) as T;
}
