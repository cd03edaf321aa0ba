import { availableParallelism } from "node:os";
import { join } from "node:path";
import { CcbError, type Criterion, type Evidence, type TestEnvironment } from "@ccb/core";
import { acquireLock } from "@ccb/store";
import {
  type AnyCheckKind,
  type CreateSandboxOptions,
  createSandbox,
  isExclusiveCheck,
  runCheck,
  startEnvironment,
} from "@ccb/testing";
import { type ReadProject, readProject, traceOf } from "./project/read-project.ts";
import { saveEvidence } from "./project/save-evidence.ts";
import { withoutCredentials } from "./project/without-credentials.ts";
import { writeJsonArtifact } from "./project/write-artifact.ts";
import { type AcceptanceReport, planAcceptanceReport } from "./report/acceptance-report.ts";
import { acceptanceReportFiles, writeAcceptanceReports } from "./report/write-acceptance-reports.ts";
import { type CheckableCriterion, isCheckable } from "./stages/_check-ground.ts";
import { mapLimited } from "./stages/_run-step.ts";

export interface TestProjectOptions {
  /** The project directory. */
  directory: string;
  /** Ids of phases to test; all when omitted. */
  phases?: readonly string[] | undefined;
  /** Ids of criteria to test; all when omitted. */
  criteria?: readonly string[] | undefined;
  /** Only what failed or was not run so far. */
  rerunFailed?: boolean | undefined;
  /** Where what was built runs; directly on this machine when omitted. */
  sandbox?: Omit<CreateSandboxOptions, "directory" | "stateDirectory"> | undefined;
  testEnvironment?: TestEnvironment | undefined;
  kinds?: readonly AnyCheckKind[] | undefined;
  /** For git and checks, which see no credential of it. */
  environment: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Told where checks run, before the first. */
  onPlace?: ((description: string) => void) | undefined;
  onEvidence?: ((criterion: Criterion, evidence: Evidence) => void) | undefined;
}

export interface TestProjectResult {
  report: AcceptanceReport;
  /** How many checks were run now. */
  ran: number;
  /** Paths of the reports, relative to the project directory. */
  files: string[];
}

/**
 * Runs the checks of a finished or half-finished project again, keeps their evidence and writes the reports. Rejects with a CcbError: `bad-input` where there is no project or nothing with such ids, `locked` while a
 * build works in it; with the signal's reason when stopped.
 */
export async function testProject(options: TestProjectOptions): Promise<TestProjectResult> {
  const project = await readProject(options.directory, options.environment);
  const lock = acquireLock({ directory: project.paths.checkpoints });
  if (!lock.acquired) {
    throw new CcbError({
      code: "locked",
      message: `Another process is building in ${project.paths.root}.`,
      hint: "Wait for it to end; the lock goes with the process.",
    });
  }
  try {
    const chosen = chooseCriteria(project, options);
    if (chosen.length > 0) await runAll(project, chosen, options);
    return { ...(await report(project)), ran: chosen.length };
  } finally {
    lock.lock.release();
  }
}

interface Chosen {
  phase: string;
  criterion: CheckableCriterion;
}

function chooseCriteria(project: ReadProject, options: TestProjectOptions): Chosen[] {
  const all = project.criteria.flatMap(({ phase, criteria }) => criteria.map((criterion) => ({ phase, criterion })));
  requireKnown(
    "phase",
    options.phases,
    project.criteria.map(({ phase }) => phase),
  );
  requireKnown(
    "criterion",
    options.criteria,
    all.map(({ criterion }) => criterion.id),
  );
  return all.flatMap(({ phase, criterion }) => {
    const isWanted =
      (options.phases?.includes(phase) ?? true) &&
      (options.criteria?.includes(criterion.id) ?? true) &&
      !(options.rerunFailed && project.evidence.get(criterion.id)?.passed);
    return isWanted && isCheckable(criterion) ? [{ phase, criterion }] : [];
  });
}

function requireKnown(what: string, wanted: readonly string[] | undefined, known: string[]): void {
  const unknown = (wanted ?? []).filter((id) => !known.includes(id));
  if (unknown.length === 0) return;
  throw new CcbError({
    code: "bad-input",
    message: `There is no ${what} ${unknown.map((id) => `"${id}"`).join(", ")} in this project.`,
    hint: `There are: ${known.join(", ")}.`,
  });
}

async function runAll(project: ReadProject, chosen: Chosen[], options: TestProjectOptions): Promise<void> {
  const { signal, kinds, onEvidence } = options;
  const directory = project.paths.root;
  const stateDirectory = join(project.paths.checkpoints, "sandbox");
  await using sandbox = options.sandbox && (await createSandbox({ ...options.sandbox, directory, stateDirectory }));
  options.onPlace?.(sandbox?.description ?? "directly on this machine");
  const environment = options.testEnvironment ?? { services: [] };
  await using around = await startEnvironment({ environment, directory, signal });
  const env = { ...withoutCredentials(options.environment), ...around.variables };
  const services = around.services.map(({ name }) => name);
  const place = { cwd: directory, env, services, signal, kinds, sandbox, commit: project.head };
  const look = async ({ phase, criterion }: Chosen) => {
    const { id: criterionId, check } = criterion;
    const evidence = await runCheck({ ...place, criterionId, phaseId: phase, check });
    await saveEvidence(project.paths.evidence, criterion, evidence);
    project.evidence.set(criterionId, evidence);
    onEvidence?.(criterion, evidence);
  };
  const isAlone = ({ criterion }: Chosen) => isExclusiveCheck(criterion.check, kinds);
  await mapLimited(chosen.filter(isAlone), 1, look);
  await mapLimited(
    chosen.filter((one) => !isAlone(one)),
    availableParallelism(),
    look,
  );
}

async function report(project: ReadProject): Promise<Pick<TestProjectResult, "report" | "files">> {
  const { name, head, criteria, evidence, before, requirements, paths, code } = project;
  const at = new Date().toISOString();
  const made = planAcceptanceReport({
    project: name,
    at,
    commit: head,
    criteria,
    evidence,
    before,
    requirements,
    code,
  });
  const trace = traceOf(project);
  await writeJsonArtifact(join(paths.artifacts, "trace.json"), trace);
  await writeAcceptanceReports(paths.artifacts, made, trace);
  return { report: made, files: acceptanceReportFiles.map((file) => `artifacts/${file}`) };
}
