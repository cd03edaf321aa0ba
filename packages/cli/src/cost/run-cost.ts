import { resolve } from "node:path";
import { addUsage, CcbError } from "@ccb/core";
import {
  type CostBreakdownRow,
  type CostDimension,
  calibrateForecast,
  createCostLedger,
  type PriceTable,
  readRollUps,
} from "@ccb/cost";
import { exitCodes } from "../exit-codes.ts";
import { createPainter } from "../render/_painter.ts";
import type { Terminal } from "../terminal.ts";
import { readPrices } from "./read-prices.ts";
import {
  type CostProject,
  listProjectDirectories,
  openCostProject,
  projectBuild,
  readPastProject,
} from "./read-projects.ts";
import { type CostSection, renderAllCosts, renderCost } from "./render-cost.ts";
import { renderCsv } from "./render-table.ts";

export interface CostFlags {
  all?: boolean;
  by?: CostDimension;
  csv?: boolean;
  json?: boolean;
  prices?: string;
}

const usual: CostDimension[] = ["agent", "phase", "task", "model", "day"];

/** `ccb cost`: what a build, a gateway or all projects of a folder have cost, from their ledgers; a running build is not disturbed. */
export function runCost(call: { directory: string | undefined; flags: CostFlags; terminal: Terminal }): number {
  const { directory, flags, terminal } = call;
  if (flags.csv && flags.json) {
    throw new CcbError({
      code: "usage",
      message: "--csv and --json exclude each other.",
      hint: "Leave one of the two out.",
    });
  }
  const prices = flags.prices === undefined ? undefined : readPrices(flags.prices, terminal.cwd);
  const path = resolve(terminal.cwd, directory ?? (flags.all ? "claude-builds" : "."));
  const projects = (flags.all ? listProjectDirectories(path) : [path]).flatMap((one) =>
    openOrWarn(one, { flags, terminal }),
  );
  try {
    terminal.stdout.write(flags.all ? showAll(projects, { ...call, prices }) : showOne(projects, { ...call, prices }));
    return exitCodes.done;
  } finally {
    for (const { store } of projects) store.close();
  }
}

/** Among many projects one that cannot be read is named and left out. */
function openOrWarn(path: string, { flags, terminal }: { flags: CostFlags; terminal: Terminal }): CostProject[] {
  try {
    return [openCostProject(path)];
  } catch (error) {
    if (!flags.all || !CcbError.isInstance(error)) throw error;
    terminal.stderr.write(`warning: left out: ${error.message}\n`);
    return [];
  }
}

interface Shown {
  flags: CostFlags;
  terminal: Terminal;
  prices: PriceTable | undefined;
}

function showOne([project]: CostProject[], { flags, terminal, prices }: Shown): string {
  const builds = project?.builds ?? [];
  const build = builds.at(-1);
  if (!project || !build) return flags.json ? "null\n" : "No call has been booked yet.\n";
  const ledger = createCostLedger({ store: project.store, build: build.build });
  const sections = (flags.by ? [flags.by] : usual).map((by) => ({ by, rows: ledger.breakdown(by) }));
  // A gateway of its own knows no phases and tasks.
  const told = flags.by ? sections : sections.filter(({ rows }) => rows.some(({ key }) => key !== undefined));
  if (flags.csv) return flags.by ? renderSectionCsv(sections) : renderEntriesCsv(project);
  const projection = projectBuild(project, build, prices);
  if (flags.json) {
    const { name, directory, forecast, outcome } = project;
    const by = Object.fromEntries(sections.map((section) => [section.by, section.rows]));
    const rollUps = {
      daily: readRollUps(project.store, { period: "day" }),
      weekly: readRollUps(project.store, { period: "week" }),
    };
    return toJson({ project: name, directory, outcome, ...build, forecast, projection, by, rollUps });
  }
  return `${renderCost({ project, build, projection, sections: told }, painterOf(terminal))}\n`;
}

function showAll(projects: CostProject[], { flags, terminal, prices }: Shown): string {
  const dimensions: CostDimension[] = flags.by ? [flags.by] : ["model", "week"];
  const sections = dimensions.map((by) => ({ by, rows: sumOver(projects, by) }));
  if (flags.csv) return flags.by ? renderSectionCsv(sections) : projects.map(renderEntriesCsv).reduce(joinCsv, "");
  const calibration = calibrateForecast(
    projects.flatMap((project) => readPastProject(project, prices) ?? []),
    prices,
  );
  if (flags.json) {
    const told = projects.map(({ name, directory, forecast, outcome, builds }) => ({
      name,
      directory,
      outcome,
      forecast,
      builds,
    }));
    return toJson({ projects: told, by: Object.fromEntries(sections.map(({ by, rows }) => [by, rows])), calibration });
  }
  return `${renderAllCosts({ projects, sections, calibration }, painterOf(terminal))}\n`;
}

/** The rows of all projects with the same key as one, dearest first; periods in their order. */
function sumOver(projects: CostProject[], by: CostDimension): CostBreakdownRow[] {
  const sums = new Map<string | undefined, CostBreakdownRow>();
  for (const { store, builds } of projects) {
    for (const { build } of builds) {
      for (const row of createCostLedger({ store, build }).breakdown(by)) {
        const before = sums.get(row.key);
        sums.set(row.key, before ? addRows(before, row) : row);
      }
    }
  }
  const isPeriod = by === "day" || by === "hour" || by === "week";
  return [...sums.values()].sort((a, b) =>
    isPeriod ? (a.key ?? "").localeCompare(b.key ?? "") : b.costMicroUsd - a.costMicroUsd,
  );
}

function addRows(a: CostBreakdownRow, b: CostBreakdownRow): CostBreakdownRow {
  return {
    key: a.key,
    calls: a.calls + b.calls,
    usage: addUsage(a.usage, b.usage),
    costMicroUsd: a.costMicroUsd + b.costMicroUsd,
    unpricedCalls: a.unpricedCalls + b.unpricedCalls,
  };
}

const usageColumns = [
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "web_search_requests",
];

const usageCells = (row: Pick<CostBreakdownRow, "usage">) => [
  row.usage.inputTokens,
  row.usage.outputTokens,
  row.usage.cacheReadTokens,
  row.usage.cacheWrite5mTokens,
  row.usage.cacheWrite1hTokens,
  row.usage.webSearchRequests,
];

function renderSectionCsv(sections: CostSection[]): string {
  return sections
    .map(({ by, rows }) =>
      renderCsv([
        [by, "calls", "unpriced_calls", ...usageColumns, "cost_micro_usd"],
        ...rows.map((row) => [row.key, row.calls, row.unpricedCalls, ...usageCells(row), row.costMicroUsd]),
      ]),
    )
    .join("");
}

/** Every call as a line. An unknown cost is an empty cell, never 0. */
function renderEntriesCsv({ name, store, builds }: CostProject): string {
  const entries = builds.flatMap(({ build }) => createCostLedger({ store, build }).entries());
  return renderCsv([
    [
      "project",
      "build",
      "id",
      "timestamp",
      "phase",
      "task",
      "attempt",
      "agent",
      "caller",
      "session",
      "model",
      "status",
      ...usageColumns,
      "cost_micro_usd",
      "message_id",
      "latency_ms",
    ],
    ...entries.map((entry) => {
      const { build, phase, task, attempt, agent, caller, session } = entry.scope;
      const who = [name, build, entry.id, entry.at, phase, task, attempt, agent, caller, session];
      const end = [entry.costMicroUsd, entry.messageId, entry.latencyMs];
      return [...who, entry.model, entry.status, ...usageCells(entry), ...end];
    }),
  ]);
}

/** Two CSV texts with the same head as one. */
function joinCsv(all: string, next: string): string {
  return all === "" ? next : all + next.slice(next.indexOf("\r\n") + 2);
}

const toJson = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

function painterOf({ stdout }: Terminal) {
  return createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
}
