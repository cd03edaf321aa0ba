import { CcbError } from "@ccb/core";
import { installHook } from "./project/install-hook.ts";
import { reportProgress } from "./report-progress.ts";
import type { RunningBuild } from "./running-build.ts";
import { adoptKeptTasks } from "./stages/adopt-kept-tasks.ts";
import { analyzeSpecification } from "./stages/analyze.ts";
import { checkMcpServers } from "./stages/check-mcp-servers.ts";
import { checkProjectPackages } from "./stages/check-vulnerabilities.ts";
import { forecastFromPlan, forecastFromSpecification } from "./stages/forecast-build.ts";
import { generateTests } from "./stages/generate-tests.ts";
import { makeCriteria } from "./stages/make-criteria.ts";
import { makePlan } from "./stages/make-plan.ts";
import { listTasksFrom, reopenTasks } from "./stages/reopen-tasks.ts";
import { findAcceptedPhases } from "./stages/reuse-phase.ts";
import { listFinishedTasks } from "./stages/reuse-task.ts";
import { runCustomAgents } from "./stages/run-custom-agents.ts";
import { savePlanDocument } from "./stages/save-plan-document.ts";
import { saveSpecification } from "./stages/save-specification.ts";
import { validateProduction, validateReadme } from "./stages/validate-production.ts";
import { writeDocuments } from "./stages/write-documents.ts";
import { writeInstructions } from "./stages/write-instructions.ts";
import type { BuildInput, FinishedWork, LinearStage } from "./state/build-state.ts";
import type { BuildWork } from "./workbench.ts";

interface StageEnd {
  reused: boolean;
  summary: string;
  /** What keeps the project from production. */
  unready?: string;
}

const stages: Record<LinearStage, (running: RunningBuild) => Promise<StageEnd>> = {
  async intake({ bench }) {
    await saveSpecification(bench);
    await forecastFromSpecification(bench);
    const { specification, requirements } = bench.intake;
    return { reused: false, summary: `${requirements.length} requirements in ${specification.tokens} tokens` };
  },
  async analysis({ bench, work }) {
    const { analysis, reused } = await analyzeSpecification(bench);
    work.analysis = analysis;
    return { reused, summary: `${analysis.projectType}, ${analysis.complexity}` };
  },
  async mcp({ bench }) {
    if (bench.options.dryRun) return { reused: false, summary: "not needed for a plan" };
    // The servers take their time to start, in which there is nothing else to do.
    await Promise.all([checkMcpServers(bench), bench.model.prepare?.()]);
    const ready = bench.servers.length - bench.unavailable.size;
    return { reused: false, summary: `${ready} of ${bench.servers.length} servers ready` };
  },
  async plan(running) {
    const { bench, work } = running;
    const { plan, reused } = await makePlan(bench, requireAnalysis(work));
    work.plan = plan;
    bench.setPlan(plan);
    reopenTasks(bench, listTasksFrom(plan, { phase: bench.options.fromPhase, task: bench.options.fromTask }));
    await adoptKeptTasks(bench, plan);
    running.finishedTasks = await listFinishedTasks(bench, plan);
    for (const { id, commit, text } of running.finishedTasks) {
      work.commits.set(id, commit);
      work.outputs.set(id, text);
    }
    const tasks = plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
    return {
      reused,
      summary: `${plan.phases.length} phases, ${tasks} tasks, ${plan.waivers.length} requirements waived`,
    };
  },
  async criteria(running) {
    const { bench, work } = running;
    const { criteria, reused } = await makeCriteria(bench, { analysis: requireAnalysis(work), plan: work.plan });
    running.criteria = criteria;
    work.criteria = criteria.flatMap((phase) => phase.criteria);
    work.phaseOf = new Map(criteria.flatMap((of) => of.criteria.map((criterion) => [criterion.id, of.phase] as const)));
    await savePlanDocument(bench, { plan: work.plan, criteria });
    await forecastFromPlan(bench, work);
    return { reused, summary: `${work.criteria.length} criteria` };
  },
  async instructions({ bench, work, criteria }) {
    const made = { analysis: requireAnalysis(work), plan: work.plan, criteria };
    await runCustomAgents(bench, { analysis: made.analysis, plan: work.plan });
    const { reused, files } = await writeInstructions(bench, made);
    await installHook(bench);
    return { reused, summary: `${files} files` };
  },
  async validation(running) {
    const tests = await generateTests(running);
    const verdict = await validateProduction(running);
    return tests === undefined ? verdict : { ...verdict, summary: `${tests} · ${verdict.summary}` };
  },
  async documents(running) {
    const { bench, work } = running;
    const { documents, reused } = await writeDocuments(bench, work, requireAnalysis(work));
    const { unready } = (await validateReadme(running)) ?? {};
    return { reused, summary: `${documents} documents`, ...(unready === undefined ? {} : { unready }) };
  },
  async summary({ bench }) {
    return { reused: false, summary: `trace and summary; ${await checkProjectPackages(bench)}` };
  },
};

/** Runs one of the stages before and after the tasks, between its start and its end. */
export async function runStage(running: RunningBuild, stage: LinearStage): Promise<BuildInput> {
  const { bench } = running;
  const startedMs = bench.clock.monotonicMs();
  bench.emit({ type: "stage-start", stage });
  const { reused, summary, unready } = await stages[stage](running);
  const durationMs = Math.round(bench.clock.monotonicMs() - startedMs);
  bench.emit({ type: "stage-end", stage, reused, durationMs, summary });
  if (stage !== "instructions") return { type: "stage-finished", stage, unready };
  // From here on the tasks follow: what of them was finished before is told now.
  const finished = listFinishedWork(running);
  return { type: "stage-finished", stage, plan: running.work.plan, finished };
}

/** Tells of the work that earlier runs finished, as one transaction, and what the state machine need not do again. */
function listFinishedWork(running: RunningBuild): FinishedWork {
  const { bench, work, finishedTasks } = running;
  const phases = findAcceptedPhases(bench, work);
  bench.atomically(() => {
    for (const { id, phase, commit, files } of finishedTasks) {
      const reason = "finished in an earlier run";
      bench.emit({ type: "task-end", phase, task: id, outcome: "reused", reason, commit, files, durationMs: 0 });
    }
    if (finishedTasks.length > 0) reportProgress(running);
  });
  return { tasks: new Set(finishedTasks.map(({ id }) => id)), phases };
}

function requireAnalysis(work: BuildWork) {
  if (work.analysis) return work.analysis;
  throw new CcbError({ code: "unexpected", message: "The specification was not analysed before it was needed." });
}
