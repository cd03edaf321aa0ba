import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Criterion, Plan, Requirement } from "@ccb/core";
import { planProjectPaths } from "../project/project-paths.ts";
import type { BuildTrace } from "../report/build-trace.ts";
import type { PhaseState } from "../state/build-state.ts";

/** What a project directory holds of its build, from its readable copies; parts that are not there yet are undefined or empty. */
export interface ProjectState {
  directory: string;
  specification: string | undefined;
  requirements: Requirement[];
  plan: Plan | undefined;
  criteria: { phase: string; criteria: Criterion[] }[];
  trace: BuildTrace | undefined;
  /** As `.checkpoints/latest_state.json` says. */
  state: { lifecycle?: string; stage: string; phases: PhaseState[] } | undefined;
}

/** Reads the artifacts of a project directory. Rejects for one that is damaged, not for one that is missing. */
export async function readProjectState(directory: string): Promise<ProjectState> {
  const paths = planProjectPaths(resolve(directory));
  const artifact = (name: string) => join(paths.artifacts, name);
  const [specification, requirements, plan, criteria, trace, state] = await Promise.all([
    readIfThere(artifact("specification.md")),
    readJson<{ requirements: Requirement[] }>(artifact("requirements.json")),
    readJson<Plan>(artifact("plan.json")),
    readJson<ProjectState["criteria"]>(artifact("criteria.json")),
    readJson<BuildTrace>(artifact("trace.json")),
    readJson<NonNullable<ProjectState["state"]>>(paths.latestState),
  ]);
  return {
    directory: paths.root,
    specification,
    requirements: requirements?.requirements ?? [],
    plan,
    criteria: criteria ?? [],
    trace,
    state,
  };
}

async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readIfThere(path);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
