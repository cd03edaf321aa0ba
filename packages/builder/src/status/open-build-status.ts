import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildEvent, CcbError, type Clock, type Plan, planSchema, systemClock } from "@ccb/core";
import { type CostLedgerTotals, createCostLedger } from "@ccb/cost";
import { findLockHolder, openStore, type Store } from "@ccb/store";
import { explainDamage } from "../control/explain-damage.ts";
import { planProjectPaths } from "../project/project-paths.ts";
import type { BuildStatus } from "./build-status.ts";
import { foldEvents, nothingSeen } from "./fold-events.ts";
import { renderBuildStatus } from "./render-build-status.ts";

export interface BuildStatusOptions {
  /** The project directory; an absolute path. */
  directory: string;
  clock?: Clock;
}

/** Reads where a build stands, as often as asked; each time only what is new. */
export interface OpenBuildStatus {
  read(): BuildStatus;
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Where the build of a project directory stands. Only reads, also while a build runs there, and needs nothing but what a killed build leaves. Throws a CcbError `bad-input` for a directory in which no
 * build was begun, `store-failed` for a damaged database.
 */
export function readBuildStatus(options: BuildStatusOptions): BuildStatus {
  using status = openBuildStatus(options);
  return status.read();
}

/** The same for watching: the database stays open between two looks. */
export function openBuildStatus(options: BuildStatusOptions): OpenBuildStatus {
  const { directory, clock = systemClock } = options;
  const paths = planProjectPaths(directory);
  const store = explainDamage(paths, () => openStore({ path: paths.database, migrations: [], readOnly: true }));
  let seen = nothingSeen;
  let lastSequence = 0;
  const read = (): BuildStatus => {
    const build = readBuild(store, directory);
    const events = readEvents(store, lastSequence);
    seen = foldEvents(seen, events);
    lastSequence = events.at(-1)?.sequence ?? lastSequence;
    return renderBuildStatus({
      directory,
      ...build,
      seen,
      // Read anew each time: a plan is made, or made anew, while one watches.
      plan: readPlan(join(paths.artifacts, "plan.json")),
      criteria: readCriteria(join(paths.artifacts, "criteria.json")),
      activities: readActivities(store),
      lastEvent: readLastEvent(store),
      costs: readCosts(store, build.build),
      holder: findLockHolder({ directory: paths.checkpoints }),
      now: clock.now(),
    });
  };
  const close = () => store.close();
  return { read: () => explainDamage(paths, read), close, [Symbol.dispose]: close };
}

function readBuild(store: Store, directory: string): { build: string; project: string; startedAt: string } {
  const row = hasTable(store, "builds")
    ? store.database.prepare("SELECT id, project, started_at FROM builds LIMIT 1").get()
    : undefined;
  if (row) return { build: String(row.id), project: String(row.project), startedAt: String(row.started_at) };
  throw new CcbError({
    code: "bad-input",
    message: `No build was begun in ${directory} yet: its journal is empty.`,
    hint: `Begin one: ccb init spec.md --output-dir ${directory}`,
  });
}

/** Events that tell how far the build is, after a number. Those of single calls and tools are many and tell nothing of it. */
function readEvents(store: Store, after: number): BuildEvent[] {
  return store.database
    .prepare(
      "SELECT body FROM events WHERE sequence > ? AND type NOT IN ('call-end', 'task-progress', 'mcp-used') ORDER BY sequence",
    )
    .all(after)
    .flatMap((row) => parseEvent(row.body) ?? []);
}

/** What each task did last; some tens of events reach back far enough for the tasks that run. */
function readActivities(store: Store): Map<string, string> {
  const activities = new Map<string, string>();
  const rows = store.database.prepare(
    "SELECT body FROM events WHERE type = 'task-progress' ORDER BY sequence DESC LIMIT 60",
  );
  for (const row of rows.all()) {
    const event = parseEvent(row.body);
    if (event?.type === "task-progress" && !activities.has(event.task)) activities.set(event.task, event.message);
  }
  return activities;
}

function readLastEvent(store: Store): BuildEvent | undefined {
  const row = store.database.prepare("SELECT body FROM events ORDER BY sequence DESC LIMIT 1").get();
  return row && parseEvent(row.body);
}

/** A damaged row tells nothing; the others still do. */
function parseEvent(body: unknown): BuildEvent | undefined {
  try {
    return JSON.parse(String(body)) as BuildEvent;
  } catch {
    return undefined;
  }
}

/** Undefined where the database has no ledger. */
function readCosts(store: Store, build: string): CostLedgerTotals | undefined {
  const tables = ["cost_totals", "cost_reservations", "cost_entries"];
  return tables.every((name) => hasTable(store, name)) ? createCostLedger({ store, build }).totals() : undefined;
}

function hasTable(store: Store, name: string): boolean {
  const table = store.database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  return table.get(name) !== undefined;
}

/** The plan as the build last wrote it down; undefined before there is one, and where the copy is damaged (events then tell what they can). */
function readPlan(path: string): Plan | undefined {
  return planSchema.safeParse(readJson(path)).data;
}

/** How many criteria each phase has. */
function readCriteria(path: string): Map<string, number> {
  const value = readJson(path);
  const counts = new Map<string, number>();
  for (const entry of Array.isArray(value) ? (value as unknown[]) : []) {
    if (typeof entry !== "object" || entry === null || !("phase" in entry) || !("criteria" in entry)) continue;
    if (typeof entry.phase === "string" && Array.isArray(entry.criteria))
      counts.set(entry.phase, entry.criteria.length);
  }
  return counts;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && "code" in error)) return undefined;
    throw error;
  }
}
