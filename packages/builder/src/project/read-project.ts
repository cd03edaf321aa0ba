import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  CcbError,
  type Criterion,
  criterionSchema,
  type Evidence,
  type Plan,
  planSchema,
  type Requirement,
} from "@ccb/core";
import { type BuildTrace, renderTrace } from "../report/build-trace.ts";
import { type CodeReport, codeReportFile, emptyCodeReport } from "../report/code-report.ts";
import { openRepository, type Repository } from "../repository/open-repository.ts";
import { type ProjectPaths, planProjectPaths } from "./project-paths.ts";

/** What a project directory says of its own acceptance, read from its artifacts and its history. */
export interface ReadProject {
  name: string;
  build: string;
  paths: ProjectPaths;
  repository: Repository;
  requirements: Requirement[];
  plan: Plan;
  criteria: { phase: string; criteria: Criterion[] }[];
  /** The last evidence of each criterion. */
  evidence: Map<string, Evidence>;
  /** What each criterion said before its phase began, where it was looked at. */
  before: Map<string, Evidence>;
  /** What was found in the code by its build. */
  code: CodeReport;
  /** Commit of each task, from the trailers of the history. */
  commits: Map<string, string>;
  head: string | undefined;
}

/** Reads a project directory. Rejects with a CcbError (`bad-input`) where it holds no planned project. */
export async function readProject(directory: string, environment: Record<string, string>): Promise<ReadProject> {
  const paths = planProjectPaths(resolve(directory));
  if (!existsSync(join(paths.artifacts, "criteria.json"))) {
    throw new CcbError({
      code: "bad-input",
      message: `${paths.root} is not a CCB project with a plan: artifacts/criteria.json is not there.`,
      hint: "Name the project directory that ccb init made.",
    });
  }
  const { requirements } = await readJson<{ requirements: Requirement[] }>(join(paths.artifacts, "requirements.json"));
  const plan = planSchema.parse(await readJson(join(paths.artifacts, "plan.json")));
  const criteria = (
    await readJson<{ phase: string; criteria: unknown[] }[]>(join(paths.artifacts, "criteria.json"))
  ).map((of) => ({ phase: of.phase, criteria: of.criteria.map((criterion) => criterionSchema.parse(criterion)) }));
  const summary = await readJson<{ project?: string; build?: string }>(join(paths.artifacts, "summary.json")).catch(
    () => ({}),
  );
  const repository = openRepository({ directory: paths.root, environment });
  // The newest commit of a task is the one that counts.
  const commits = new Map((await repository.listTaskCommits()).toReversed().map(({ task, commit }) => [task, commit]));
  return {
    name: "project" in summary && summary.project ? summary.project : (paths.root.split(/[\\/]/).at(-1) ?? "project"),
    build: "build" in summary && summary.build ? summary.build : "",
    paths,
    repository,
    requirements,
    plan,
    criteria,
    evidence: await readEvidence(paths.evidence, (value) => (value as { evidence: Evidence }).evidence),
    before: await readEvidence(join(paths.evidence, "before"), (value) => value as Evidence),
    code: await readJson<CodeReport>(join(paths.artifacts, codeReportFile)).catch(() => emptyCodeReport),
    commits,
    head: await repository.head(),
  };
}

/** Requirement → task → criterion → evidence → commit, from what was read. */
export function traceOf(project: ReadProject): BuildTrace {
  const { build, requirements, plan, evidence, before, commits, code } = project;
  const criteria = project.criteria.flatMap((of) => of.criteria);
  const provesNothing = new Set([...before].filter(([, seen]) => seen.passed).map(([id]) => id));
  return renderTrace({ build, requirements, plan, criteria, evidence, commits, gate: code.gate, provesNothing });
}

async function readEvidence(folder: string, pick: (value: unknown) => Evidence): Promise<Map<string, Evidence>> {
  const found = new Map<string, Evidence>();
  const names = await readdir(folder).catch(() => []); // nothing was checked yet
  for (const name of names) {
    if (name.endsWith(".json")) found.set(name.slice(0, -".json".length), pick(await readJson(join(folder, name))));
  }
  return found;
}

async function readJson<T>(path: string): Promise<T> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (cause) {
    const message = `${path} cannot be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}.`;
    throw new CcbError({
      code: "bad-input",
      message,
      hint: "It is written by ccb init; restore it from the project's history.",
      cause,
    });
  }
}
