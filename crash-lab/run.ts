/**
 * Disturbs real builds and judges what comes of them.
 *
 *   pnpm crash-lab [--runs N] [--seed S] [--parallel P] [--scenario NAME] [--kills K] [--parallel-tasks T] [--keep] [--list]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildPreload } from "./drive/build-preload.ts";
import { buildReference, type Reference } from "./drive/build-reference.ts";
import { abandonRuns } from "./drive/open-run.ts";
import { type RunReport, runScenario } from "./drive/run-scenario.ts";
import { renderRun, renderTotals } from "./render-report.ts";
import { allScenarios, chooseScenarios, scheduleRuns } from "./scenarios/all-scenarios.ts";
import type { Scenario } from "./scenarios/scenario.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    parallel: { type: "string", default: "1" },
    scenario: { type: "string" },
    kills: { type: "string", default: "6" },
    "parallel-tasks": { type: "string" },
    keep: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void abandonRuns().finally(() => process.exit(130)));
}

if (values.list) {
  for (const { name, what } of allScenarios) console.log(`${name.padEnd(18)} ${what}`);
} else {
  process.exitCode = await runLaboratory();
}

async function runLaboratory(): Promise<number> {
  const runs = readCount("runs", values.runs);
  const seed = readCount("seed", values.seed);
  const parallel = readCount("parallel", values.parallel);
  const tasks = values["parallel-tasks"];
  const library = mkdtempSync(join(tmpdir(), "ccb-lab-preload-"));
  process.once("exit", () => rmSync(library, { recursive: true, force: true }));
  const preload = buildPreload(library);
  const isRoot = process.platform === "linux" && process.getuid?.() === 0;
  const { scenarios, skipped } = chooseScenarios(values.scenario, { preload: preload !== undefined, root: isRoot });
  for (const { name, reason } of skipped) console.log(`skipped ${name}: ${reason}`);
  if (scenarios.length === 0) throw new Error(`No scenario ${values.scenario ?? ""} can be run; --list names them.`);
  const reference = await buildReference({ preload });
  console.log(
    `undisturbed: ${(reference.durationMs / 1000).toFixed(1)} s, ${reference.calls} calls, ${reference.journalSteps} writes to the journal`,
  );
  for (const { rule, what } of reference.violations) console.log(`FAIL undisturbed: ${rule}: ${what}`);
  // There is nothing to compare with.
  if (reference.violations.length > 0) return 1;
  const jobs = scheduleRuns(scenarios, runs).map((scenario, index) => ({ scenario, seed: seed + index }));
  const moreArgs = tasks === undefined ? [] : ["--parallel-tasks", tasks];
  const reports = await runAll({
    jobs,
    parallel,
    run: (job) => runScenario({ ...job, ...shared({ reference, preload }), moreArgs }),
  });
  console.log(renderTotals(reports));
  return reports.every(({ violations }) => violations.length === 0) ? 0 : 1;
}

function shared({ reference, preload }: { reference: Reference; preload: string | undefined }) {
  return {
    preload,
    reference: reference.tree,
    journalSteps: reference.journalSteps,
    undisturbedMs: reference.durationMs,
    kills: readCount("kills", values.kills),
    keep: values.keep,
  };
}

interface Job {
  scenario: Scenario;
  seed: number;
}

async function runAll(options: {
  jobs: Job[];
  parallel: number;
  run: (job: Job) => Promise<RunReport>;
}): Promise<RunReport[]> {
  const waiting = [...options.jobs];
  const reports: RunReport[] = [];
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const report = await options.run(job).catch((error: unknown) => reportBroken(job, error));
      reports.push(report);
      console.log(renderRun(reports.length, report));
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, worker));
  return reports;
}

/** A run that the laboratory could not carry out is a failure, and not the end of the others. */
function reportBroken({ scenario, seed }: Job, error: unknown): RunReport {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const none = { notes: [], disturbances: 0, durationMs: 0, starts: 0, calls: 0, unknownCalls: 0 };
  const violations = [{ rule: "the laboratory can do the run", what }];
  return { ...none, scenario: scenario.name, seed, violations, repeatedSessionCalls: 0, folder: undefined };
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= (name === "seed" ? 0 : 1)) return count;
  throw new Error(`--${name} must be a whole number; received ${text}.`);
}
