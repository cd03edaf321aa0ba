import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CcbError, type Plan, planSchema } from "@ccb/core";
import { costMigrations, type PastBuild, readPastBuild } from "@ccb/cost";
import { openStore } from "@ccb/store";
import { planProjectPaths } from "./project-paths.ts";

/** Projects that a forecast looks at; more would say little more. */
const mostProjects = 100;

interface SavedState {
  outcome?: string | null;
  phases?: { tasks?: { id: string; status: string }[] }[];
}

type SavedForecast = NonNullable<PastBuild["forecast"]> & Pick<PastBuild, "sessionMicroUsd"> & { model: string };

/**
 * The builds in the folders beside a project's, for the forecast to learn from. They may be under way: their ledgers are opened for reading. What cannot be read teaches
 * nothing and is left out; a forecast must not fail because of another project.
 */
export function readPastBuilds(root: string): PastBuild[] {
  const folder = dirname(resolve(root));
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== basename(resolve(root)))
    .map((entry) => join(folder, entry.name))
    .filter((directory) => existsSync(planProjectPaths(directory).database))
    .sort();
  return names.slice(-mostProjects).flatMap((directory) => readProject(directory) ?? []);
}

function readProject(directory: string): PastBuild | undefined {
  const paths = planProjectPaths(directory);
  const plan = readPlan(join(paths.artifacts, "plan.json"));
  if (!plan) return undefined;
  const state = readJson<SavedState>(paths.latestState);
  const tasks = state?.phases?.flatMap((phase) => phase.tasks ?? []) ?? [];
  try {
    using store = openStore({ path: paths.database, migrations: [costMigrations], readOnly: true });
    return readPastBuild({
      store,
      project: basename(directory),
      plan,
      forecast: readJson<SavedForecast>(join(paths.artifacts, "forecast.json")),
      isComplete: state?.outcome === "done" || state?.outcome === "acceptance-failed",
      finishedTasks: new Set(tasks.filter(({ status }) => status === "done").map(({ id }) => id)),
    });
  } catch (error) {
    if (CcbError.isInstance(error)) return undefined;
    throw error;
  }
}

function readPlan(path: string): Plan | undefined {
  const parsed = planSchema.safeParse(readJson(path));
  return parsed.success ? parsed.data : undefined;
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}
