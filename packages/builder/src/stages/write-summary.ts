import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuildOutcome, CostTotals, Evidence, Usage } from "@ccb/core";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import { planAcceptanceReport } from "../report/acceptance-report.ts";
import { type BuildTrace, renderTrace } from "../report/build-trace.ts";
import { type CodeReport, codeReportFile, planCodeReport } from "../report/code-report.ts";
import { writeAcceptanceReports } from "../report/write-acceptance-reports.ts";
import type { ProgressError } from "../state/estimate-remaining.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import { isCheckable } from "./_check-ground.ts";
import { findRedFirst } from "./check-red-first.ts";
import { findForecast, type KeptForecast } from "./forecast-build.ts";

/** What a build came to, for people and programs. */
export interface BuildSummary {
  build: string;
  project: string;
  directory: string;
  outcome: BuildOutcome;
  requirements: BuildTrace["totals"];
  criteria: { passed: number; failed: number; notChecked: number };
  tasks: { done: number; total: number };
  calls: number;
  usage: Usage;
  tokens: number;
  /** Undefined parts are in `unpricedCalls`, never counted as zero. */
  costMicroUsd: number;
  unpricedCalls: number;
  /** What the build was expected to cost; `first` is from before its plan. Undefined where none was made. */
  forecast: Pick<KeptForecast, "lowMicroUsd" | "expectedMicroUsd" | "highMicroUsd" | "first"> | undefined;
  /** Command that starts what was built, where one is known. */
  startCommand: string | undefined;
  /** What was found in the code: by the gate, of which nothing is committed, and by the production validator. */
  code: { refused: number; mended: number; signedFor: number; production: number; notRun: string[] };
  waivers: { requirementId: string; text: string; reason: string }[];
  /** Milliseconds from the first event to the last of this run. */
  durationMs: number;
  unavailableServers: Record<string, string>;
  /** How far off the predicted ends of this run were; undefined where none was made. */
  progressError: ProgressError | undefined;
}

/** Writes `artifacts/trace.json` (requirement → task → criterion → evidence → commit) and the reports on the criteria in every form. */
export async function writeTrace(bench: Workbench, work: BuildWork): Promise<BuildTrace> {
  const before = findBefore(bench, work);
  const code = planCodeReport(bench.journal.events());
  await writeJsonArtifact(join(bench.paths.artifacts, codeReportFile), code);
  const trace = renderTrace({
    build: bench.build,
    requirements: bench.intake.requirements,
    plan: work.plan,
    criteria: work.criteria,
    evidence: work.evidence,
    commits: work.commits,
    gate: code.gate,
    provesNothing: new Set([...before].filter(([, seen]) => seen.passed).map(([id]) => id)),
  });
  await writeJsonArtifact(join(bench.paths.artifacts, "trace.json"), trace);
  const criteria = work.plan.phases.map(({ id }) => ({
    phase: id,
    criteria: work.criteria.filter((criterion) => work.phaseOf.get(criterion.id) === id),
  }));
  const report = planAcceptanceReport({
    project: bench.intake.projectName,
    at: bench.clock.now().toISOString(),
    commit: await bench.repository.head(),
    criteria,
    evidence: work.evidence,
    before,
    requirements: bench.intake.requirements,
    code,
  });
  await writeAcceptanceReports(bench.paths.artifacts, report, trace);
  return trace;
}

/** What criteria said before their phase began, where they were looked at. */
function findBefore(bench: Workbench, work: BuildWork): Map<string, Evidence> {
  return new Map(
    work.criteria.filter(isCheckable).flatMap((criterion) => {
      const seen = findRedFirst(bench, criterion);
      return seen ? [[criterion.id, seen] as const] : [];
    }),
  );
}

/** Sums the build up and writes `artifacts/summary.json`. */
export async function writeSummary(
  bench: Workbench,
  made: {
    work: BuildWork;
    trace: BuildTrace;
    outcome: BuildOutcome;
    durationMs: number;
    progressError: ProgressError | undefined;
  },
): Promise<BuildSummary> {
  const { work, trace } = made;
  const totals = bench.ledger.totals();
  const evidence = [...work.evidence.values()];
  const summary: BuildSummary = {
    build: bench.build,
    project: bench.intake.projectName,
    directory: bench.paths.root,
    outcome: made.outcome,
    requirements: trace.totals,
    criteria: {
      passed: evidence.filter((seen) => seen.passed).length,
      failed: evidence.filter((seen) => !seen.passed).length,
      notChecked: work.criteria.length - evidence.length,
    },
    tasks: { done: work.commits.size, total: work.plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0) },
    ...sumCalls(totals),
    forecast: summarizeForecast(bench),
    startCommand: await findStartCommand(bench, work),
    code: sumCode(planCodeReport(bench.journal.events())),
    waivers: listWaivers(bench, work),
    durationMs: made.durationMs,
    progressError: made.progressError,
    unavailableServers: Object.fromEntries(bench.unavailable),
  };
  await writeJsonArtifact(join(bench.paths.artifacts, "summary.json"), { ...summary, directory: "." });
  return summary;
}

function summarizeForecast(bench: Workbench): BuildSummary["forecast"] {
  const kept = findForecast(bench);
  if (!kept) return undefined;
  const { lowMicroUsd, expectedMicroUsd, highMicroUsd, first } = kept;
  return { lowMicroUsd, expectedMicroUsd, highMicroUsd, ...(first === undefined ? {} : { first }) };
}

function sumCode({ gate, production }: CodeReport): BuildSummary["code"] {
  return {
    refused: gate.reduce((sum, { findings }) => sum + findings.length, 0),
    mended: gate.reduce((sum, { mended }) => sum + mended.length, 0),
    signedFor: gate.reduce((sum, { waived }) => sum + waived.length, 0),
    production: production.reduce((sum, { findings }) => sum + findings.length, 0),
    notRun: production.filter(({ status }) => status === "not-run").map(({ area }) => area),
  };
}

function listWaivers(bench: Workbench, work: BuildWork): BuildSummary["waivers"] {
  const textOf = new Map(bench.intake.requirements.map(({ id, text }) => [id, text]));
  return work.plan.waivers.map(({ requirementId, reason }) => ({
    requirementId,
    text: textOf.get(requirementId) ?? "",
    reason,
  }));
}

function sumCalls(totals: CostTotals) {
  const { usage } = totals;
  const { inputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } = usage;
  return {
    calls: totals.calls,
    usage,
    tokens: inputTokens + outputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens,
    costMicroUsd: totals.costMicroUsd,
    unpricedCalls: totals.unpricedCalls,
  };
}

/**
 * How to start what was built: the command its http checks used, with the variables they set (values are the reader's to choose), else `npm start` where the
 * project has such a script.
 */
async function findStartCommand(bench: Workbench, work: BuildWork): Promise<string | undefined> {
  for (const { check } of work.criteria) {
    if (check?.kind !== "http") continue;
    const names = Object.entries(check.service.env ?? {}).flatMap(([name, value]) =>
      value.includes("{{tmp}}") ? [] : [name],
    );
    return [...names.map((name) => `${name}=change-me`), check.service.command].join(" ");
  }
  const manifest = await readFile(join(bench.paths.root, "package.json"), "utf8").catch(() => "{}");
  const { scripts } = JSON.parse(manifest) as { scripts?: Record<string, string> };
  return scripts?.start ? "npm start" : undefined;
}
