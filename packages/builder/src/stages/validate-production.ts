import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Phase, Task } from "@ccb/core";
import { findSecrets } from "@ccb/secrets";
import { type ProductionArea, type ProductionFinding, planRepairs, validateProject } from "@ccb/testing/production";
import { firstTry } from "../recover-task.ts";
import type { JudgedArea } from "../report/code-report.ts";
import { runSession } from "../run-session.ts";
import type { RunningBuild } from "../running-build.ts";
import type { Workbench } from "../workbench.ts";
import { setLeftoversAside } from "../workplace/_set-aside.ts";
import { checkPhase } from "./check-phase.ts";
import { savePhase } from "./reuse-phase.ts";
import { keepMendedReadme } from "./write-documents.ts";

/** Sessions that may try to mend what keeps a project from production. */
const maxRounds = 2;

/** The tasks of those sessions, which are in no plan. */
export const productionTasks = ["repair-production", "repair-readme"] as const;

/** What the validator looks at before the documents are written, and after. */
const areasOfCode: readonly ProductionArea[] = ["format", "lint", "types", "dependencies", "licences", "secrets"];

/** The README says how the service is started and with which variables. */
const areasAfterReadme: readonly ProductionArea[] = ["service", "readme"];

/** What came of it; `unready` says why the build does not count as accepted. */
export interface ProductionVerdict {
  reused: boolean;
  summary: string;
  unready?: string;
}

/**
 * Looks whether what was built is ready for production, and has sessions mend what is not, two at most. What they changed is accepted anew: all phases are checked again. Nothing is looked at where not every phase is
 * accepted, since half a project is not ready in any case.
 */
export async function validateProduction(running: RunningBuild): Promise<ProductionVerdict> {
  const skipped = whySkipped(running);
  if (skipped !== undefined) return { reused: false, summary: `not looked at: ${skipped}` };
  const verdict = await mendUntilReady(running, { task: "repair-production", areas: areasOfCode });
  const broken = await acceptAgain(running);
  if (broken !== undefined) return { ...verdict, summary: broken, unready: broken };
  return verdict;
}

/** The same for the service and the commands of the README, once it is written. */
export async function validateReadme(running: RunningBuild): Promise<ProductionVerdict | undefined> {
  if (whySkipped(running) !== undefined) return undefined;
  const verdict = await mendUntilReady(running, { task: "repair-readme", areas: areasAfterReadme });
  await keepMendedReadme(running.bench);
  const broken = await acceptAgain(running);
  return broken === undefined ? verdict : { ...verdict, summary: broken, unready: broken };
}

function whySkipped({ bench, state }: RunningBuild): string | undefined {
  if (bench.options.skipTests) return "the build was told not to test";
  if (bench.options.skipValidation) return "the build was told not to";
  const open = state.phases.filter(({ status }) => status !== "passed").map(({ id }) => id);
  return open.length === 0 ? undefined : `these phases are not accepted: ${open.join(", ")}`;
}

interface Look {
  task: (typeof productionTasks)[number];
  areas: readonly ProductionArea[];
}

async function mendUntilReady(running: RunningBuild, look: Look): Promise<ProductionVerdict> {
  const { bench } = running;
  for (let round = 1; ; round++) {
    const startedMs = bench.clock.monotonicMs();
    const { areas, reused } = await judge(bench, look);
    const findings = areas.flatMap((area) => area.findings);
    const { repairs, ended } = planRepairs(findings, { round, limits: { rounds: maxRounds } });
    const outcome = findings.length === 0 ? "ready" : ended === undefined ? "repair" : "left";
    const durationMs = Math.round(bench.clock.monotonicMs() - startedMs);
    bench.emit({ type: "production-judged", round, outcome, areas, durationMs });
    if (outcome === "ready") return { reused, summary: describeAreas(areas) };
    if (outcome === "left") {
      const unready = `${findings.length} findings keep it from production: ${findings.map(describeFinding).join("; ")}`;
      return { reused, summary: describeAreas(areas), unready };
    }
    const work = repairs.map(({ title, instructions }) => `## ${title}\n\n${instructions}`).join("\n\n");
    await repair(running, { id: look.task, work });
  }
}

/** The validator's word on what is committed; asked for once for the same code and documents. */
async function judge(bench: Workbench, { areas }: Look): Promise<{ areas: Judged[]; reused: boolean }> {
  await setLeftoversAside(bench, "production");
  const head = await bench.repository.head();
  const code = head && (await bench.repository.sourceTree(head));
  const readme = areas.includes("readme") ? await readFile(join(bench.paths.root, "README.md"), "utf8") : undefined;
  const signed = new Set(bench.waivers.filter(({ rule }) => rule === "secrets").map(({ codeHash }) => codeHash));
  const key = { areas, code, readme, signed: [...signed] };
  const known = bench.options.rerunTests ? undefined : bench.journal.find<Judged[]>("production", key);
  if (known) return { areas: known, reused: true };
  const judged = await validateProject({
    directory: bench.paths.root,
    areas,
    signal: bench.signal,
    findSecrets: (files) => findSecrets(files).filter(({ fingerprint }) => !signed.has(fingerprint)),
  });
  bench.journal.save("production", key, judged);
  return { areas: judged, reused: false };
}

type Judged = JudgedArea & { findings: ProductionFinding[] };

/** A session whose work may not be committed leaves the findings as they are: the next look counts them. */
async function repair(running: RunningBuild, { id, work }: { id: string; work: string }): Promise<void> {
  const phase = running.work.plan.phases.at(-1) as Phase;
  const task: Task = {
    id,
    name: "Make the project ready for production",
    description: `CCB looked whether the project is ready for production. Mend what it found; change no criterion, weaken no test, and switch no check off.\n\n${work}`,
    dependsOn: [],
    files: [],
    requirementIds: [],
    size: "M",
  };
  await runSession(running, { task, phase, evidence: [], isRepair: true, mayChangeNothing: true, ...firstTry });
}

/** After a repair the evidence of all phases is of other code than there is now. Undefined where everything still passes. */
async function acceptAgain({ bench, work }: RunningBuild): Promise<string | undefined> {
  const commits = await bench.repository.listTaskCommits();
  const commit = commits.find(({ task }) => productionTasks.some((one) => one === task))?.commit;
  if (commit === undefined || bench.journal.find("production-accepted", { commit })) return undefined;
  const broken: string[] = [];
  for (const { id } of work.plan.phases) {
    const { passed, reason } = await checkPhase(bench, work, id);
    if (passed) savePhase(bench, work, id);
    else broken.push(`phase "${id}": ${reason}`);
  }
  if (broken.length > 0) return `After the repair for production not all criteria pass: ${broken.join(" ")}`;
  bench.journal.save("production-accepted", { commit }, true);
  return undefined;
}

function describeAreas(areas: readonly JudgedArea[]): string {
  const of = (status: JudgedArea["status"]) => areas.filter((area) => area.status === status).map(({ area }) => area);
  const parts = [
    ["passed", of("passed")],
    ["failed", of("failed")],
    ["not run", of("not-run")],
  ] as const;
  return parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(", ")}`)
    .join(" · ");
}

function describeFinding({ area, path, line, reason }: ProductionFinding): string {
  return `${area}${path === undefined ? "" : ` ${path}${line === undefined ? "" : `:${line}`}`}: ${reason}`;
}
