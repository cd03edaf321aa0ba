import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CcbError, type MicroUsd, type Plan } from "@ccb/core";
import {
  type CostBuild,
  costMigrations,
  createCostLedger,
  type PastBuild,
  type PriceTable,
  projectCost,
  readCostBuilds,
  readPastBuild,
} from "@ccb/cost";
import { openStore, type Store } from "@ccb/store";

/** What `artifacts/forecast.json` holds, as far as costs go. */
export interface SavedForecast {
  model: string;
  lowMicroUsd: MicroUsd;
  expectedMicroUsd: MicroUsd;
  highMicroUsd: MicroUsd;
  /** The build had prices of its own; not said by older builds. */
  ownPrices?: boolean;
  /** What a session of each task size was assumed to cost, at the prices of the build; not in those of older builds. */
  sessionMicroUsd?: Record<"S" | "M" | "L", MicroUsd>;
}

/** One project's ledger, open for reading, with what else its directory says. */
export interface CostProject {
  name: string;
  /** The project directory, or the folder of a ledger that stands alone. */
  directory: string;
  store: Store;
  builds: CostBuild[];
  plan: Plan | undefined;
  forecast: SavedForecast | undefined;
  outcome: string | undefined;
  finishedTasks: ReadonlySet<string>;
}

interface SavedState {
  project?: string;
  outcome?: string | null;
  phases?: { tasks?: { id: string; status: string }[] }[];
}

/** Where a ledger may lie, in a project directory or where `ccb gateway` was started. */
const places = [".checkpoints/build.db", "ccb-gateway/costs.db", "costs.db"];

/** Opens the ledger of a directory (or the database itself) for reading; a build may be writing to it. CcbError `usage` where there is none. */
export function openCostProject(path: string): CostProject {
  const database = findDatabase(path);
  if (database === undefined) {
    throw new CcbError({
      code: "usage",
      message: `There is no ledger in ${path}: none of ${places.join(", ")} exists.`,
      hint: "Give the directory of a build, or the database of a gateway. Costs of all projects below a folder: ccb cost --all FOLDER",
    });
  }
  const folder = dirname(database);
  const directory = basename(folder) === ".checkpoints" ? dirname(folder) : folder;
  const store = openStore({ path: database, migrations: [costMigrations], readOnly: true });
  const state = readJson<SavedState>(join(folder, "latest_state.json"));
  const tasks = state?.phases?.flatMap((phase) => phase.tasks ?? []) ?? [];
  return {
    name: state?.project ?? basename(directory),
    directory,
    store,
    builds: readCostBuilds(store),
    plan: readJson<Plan>(join(directory, "artifacts", "plan.json")),
    forecast: readJson<SavedForecast>(join(directory, "artifacts", "forecast.json")),
    outcome: state?.outcome ?? undefined,
    finishedTasks: new Set(tasks.filter(({ status }) => status === "done").map(({ id }) => id)),
  };
}

/** The directories below a folder that have a build's ledger, by name. */
export function listProjectDirectories(root: string): string[] {
  if (!existsSync(root)) {
    throw new CcbError({
      code: "usage",
      message: `There is no folder ${root}.`,
      hint: "Give the folder that your projects are in: ccb cost --all FOLDER",
    });
  }
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && findDatabase(join(root, entry.name)) !== undefined)
    .map((entry) => join(root, entry.name))
    .sort();
}

/** A project as the forecast can learn from it, at the prices that it was forecast with unless others are given; undefined where it has no plan. */
export function readPastProject(project: CostProject, prices: PriceTable | undefined): PastBuild | undefined {
  const { name, plan, store, forecast, finishedTasks, outcome } = project;
  const isComplete = outcome === "done" || outcome === "acceptance-failed";
  const past = plan && readPastBuild({ store, project: name, plan, forecast, isComplete, finishedTasks });
  return past && prices ? { ...past, sessionMicroUsd: undefined } : past;
}

/** Where a build that is not over is heading, at the prices that it was forecast with unless others are given; undefined without a plan or a forecast, and at its end. */
export function projectBuild(project: CostProject, build: CostBuild, prices: PriceTable | undefined) {
  const { plan, forecast, finishedTasks, store, outcome } = project;
  if (!plan || !forecast || outcome !== undefined) return undefined;
  const rows = createCostLedger({ store, build: build.build }).breakdown("task");
  return projectCost({
    plan,
    model: forecast.model,
    finishedTasks,
    taskCosts: new Map(rows.flatMap(({ key, costMicroUsd }) => (key === undefined ? [] : [[key, costMicroUsd]]))),
    spentMicroUsd: build.costMicroUsd,
    ...projectedPrices(forecast, prices),
  });
}

function projectedPrices({ sessionMicroUsd }: SavedForecast, prices: PriceTable | undefined) {
  if (prices) return { prices };
  return sessionMicroUsd === undefined ? {} : { sessionMicroUsd };
}

function findDatabase(path: string): string | undefined {
  if (existsSync(path) && statSync(path).isFile()) return resolve(path);
  return places.map((place) => resolve(path, place)).find((place) => existsSync(place));
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    // Readable copies beside the ledger: without them the costs are still the costs.
    return undefined;
  }
}
