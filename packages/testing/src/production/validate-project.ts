import type { SourceTree } from "../gate/gate-finding.ts";
import { type LazyCopy, openProjectCopy } from "./_project-copy.ts";
import { runCommand } from "./_run-command.ts";
import { checkDependencies } from "./check-dependencies.ts";
import { checkLicences } from "./check-licences.ts";
import { checkService } from "./check-service.ts";
import { planTools } from "./plan-tools.ts";
import {
  type AreaReport,
  type ProductionArea,
  type ProductionFinding,
  productionAreas,
  tailOf,
} from "./production-report.ts";
import { readProjectFiles } from "./read-project-files.ts";
import { runReadme } from "./run-readme.ts";

/** What a scan for secrets finds; `findSecrets` of @ccb/secrets gives it. */
export interface FoundSecret {
  rule: string;
  path: string;
  line: number;
  masked: string;
}

export interface ValidateProjectOptions {
  directory: string;
  /** Default: all. */
  areas?: readonly ProductionArea[];
  /** Without it the area `secrets` is not run. */
  findSecrets?: (files: { path: string; text: string }[]) => FoundSecret[];
  /** Called when an area is done. */
  onArea?: (report: AreaReport) => void;
  signal?: AbortSignal;
  /** Milliseconds that the service has to end after SIGTERM; default 10,000. */
  stopGraceMs?: number;
}

type Outcome = Pick<AreaReport, "status" | "why" | "findings"> & { commands?: string[] };

interface Project {
  directory: string;
  files: SourceTree;
  copy: LazyCopy;
  options: ValidateProjectOptions;
}

/**
 * Looks whether a project is ready for production: its own formatter, linter and type checker, audit and licences of its dependencies, secrets, a service that starts, is healthy
 * and ends under SIGTERM, and a README whose commands work. Commands run in a copy, with the rights of this process: give it projects whose code you would run. Rejects with a
 * CcbError `bad-input` where there is no such folder, and with the signal's reason.
 */
export async function validateProject(options: ValidateProjectOptions): Promise<AreaReport[]> {
  const { directory, areas = productionAreas, onArea } = options;
  const files = await readProjectFiles(directory);
  await using copy = openProjectCopy(directory);
  const reports: AreaReport[] = [];
  for (const area of productionAreas.filter((name) => areas.includes(name))) {
    options.signal?.throwIfAborted();
    const started = performance.now();
    const { commands = [], ...outcome } = await checks[area]({ directory, files, copy, options });
    const report: AreaReport = { area, ...outcome, commands, durationMs: Math.round(performance.now() - started) };
    reports.push(report);
    onArea?.(report);
  }
  return reports;
}

const checks: Record<ProductionArea, (project: Project) => Promise<Outcome>> = {
  format: (project) => runTool("format", project),
  lint: (project) => runTool("lint", project),
  types: (project) => runTool("types", project),
  dependencies: ({ copy, files, options }) => checkDependencies(copy, files, options.signal),
  licences: ({ directory, files }) => checkLicences(directory, files),
  secrets: async ({ files, options }) => scanSecrets(files, options),
  service: ({ copy, files, options }) =>
    checkService({
      copy,
      files,
      signal: options.signal,
      stopGraceMs: options.stopGraceMs,
    }),
  readme: ({ copy, files, options }) => runReadme({ copy, files, signal: options.signal }),
};

const toolTimeoutMs = 300_000;

async function runTool(area: "format" | "lint" | "types", { files, copy, options }: Project): Promise<Outcome> {
  const tool = planTools(files).find((entry) => entry.area === area);
  if (tool === undefined) return { status: "not-run", why: "the project has chosen no tool for it", findings: [] };
  const { cwd, home } = await copy.get();
  const path = [".venv/bin", "venv/bin", "node_modules/.bin"].map((folder) => `${cwd}/${folder}`).join(":");
  const command = `PATH="${path}:$PATH" ${tool.command}`;
  const { code, output } = await runCommand({
    command,
    cwd,
    env: { HOME: home, CI: "1" },
    timeoutMs: toolTimeoutMs,
    signal: options.signal,
  });
  const commands = [tool.command];
  if (code === 0) return { status: "passed", why: `${tool.command} (${tool.found})`, findings: [], commands };
  if (code === 127 || /npx canceled|could not determine executable|command not found|: not found/.test(output)) {
    return { status: "not-run", why: `${tool.command} is not installed in the project`, findings: [], commands };
  }
  const ending =
    code === undefined ? `was still running after ${toolTimeoutMs / 1_000} s` : `ended with exit code ${code}`;
  const findings: ProductionFinding[] = [{ area, reason: `${tool.command} ${ending}`, output: tailOf(output) }];
  return { status: "failed", why: `${tool.command} (${tool.found})`, findings, commands };
}

function scanSecrets(files: SourceTree, { findSecrets }: ValidateProjectOptions): Outcome {
  if (findSecrets === undefined) return { status: "not-run", why: "no scanner was given", findings: [] };
  const named = Object.entries(files).map(([path, text]) => ({ path, text }));
  const findings = findSecrets(named).map(({ rule, path, line, masked }): ProductionFinding => {
    return { area: "secrets", path, line, reason: `${rule}: ${masked} stands in the project` };
  });
  return { status: findings.length === 0 ? "passed" : "failed", why: `${named.length} files looked at`, findings };
}
