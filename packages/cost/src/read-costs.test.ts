import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CallScope, type Clock, noUsage } from "@ccb/core";
import { openStore, type Store } from "@ccb/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { costMigrations } from "./cost-migrations.ts";
import { type CostLedger, createCostLedger } from "./create-cost-ledger.ts";
import { createRateLimitHoldStore } from "./create-rate-limit-hold-store.ts";
import { readCostBuilds } from "./read-cost-builds.ts";
import { readRollUps } from "./read-roll-ups.ts";

let folder = "";
let path = "";
let store: Store;
let time = "2026-11-21T10:59:00Z";
const clock: Clock = { now: () => new Date(time), monotonicMs: () => 0 };
beforeEach(() => {
  time = "2026-11-21T10:59:00Z";
  folder = mkdtempSync(join(tmpdir(), "ccb-cost-"));
  path = join(folder, "build.db");
  store = openStore({ path, migrations: [costMigrations] });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const model = "claude-opus-5-5";
const scope: CallScope = { build: "b1", phase: "p1", task: "t1", agent: "claude-code" };

/** Reserves 16,000 micro-dollars at most and books 6,000. */
function call(ledger: CostLedger, changes: Partial<CallScope> = {}): string {
  const request = { model, inputTokens: 1_000, maxOutputTokens: 400, scope: { ...scope, ...changes } };
  const result = ledger.reserve(request);
  if (!result.granted) return `${result.cap}: ${result.reason}`;
  const usage = { ...noUsage, inputTokens: 1_000, outputTokens: 100 };
  ledger.settle(result.reservationId, {
    status: "answered",
    model,
    usage,
    messageId: "m",
    latencyMs: 40,
    callNumber: 1,
  });
  return "booked";
}

test("a phase, a task and a day have caps of their own, which name themselves", () => {
  const caps = { phaseMicroUsd: 40_000, taskMicroUsd: 22_000, dayMicroUsd: 60_000 };
  const ledger = createCostLedger({ store, build: "b1", capMicroUsd: 1_000_000, caps, clock });
  expect([call(ledger), call(ledger)]).toEqual(["booked", "booked"]);
  expect(call(ledger)).toBe(
    "task: The cap of $0.022 for task t1 would not hold: $0.012 is spent, and this call may cost up to $0.016.",
  );
  expect([call(ledger, { task: "t2" }), call(ledger, { task: "t2" }), call(ledger, { task: "t3" })]).toEqual([
    "booked",
    "booked",
    "booked",
  ]);
  expect(call(ledger, { task: "t4" })).toContain("phase: The cap of $0.04 for phase p1");
  for (let other = 0; other < 3; other++) expect(call(ledger, { phase: `q${other}`, task: undefined })).toBe("booked");
  expect(call(ledger, { phase: undefined, task: undefined })).toContain("day: The cap of $0.06 for a day (UTC)");
  time = "2026-11-22T00:00:00Z";
  expect(call(ledger, { phase: undefined, task: undefined })).toBe("booked");
});

test("what is under way counts against the caps of its task and of the day", () => {
  const ledger = createCostLedger({ store, build: "b1", caps: { taskMicroUsd: 20_000, dayMicroUsd: 40_000 }, clock });
  const open = (task: string) =>
    ledger.reserve({ model, inputTokens: 1_000, maxOutputTokens: 400, scope: { ...scope, task } });
  expect([open("t1"), open("t1"), open("t2"), open("t3")].map((result) => result.granted)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test("while a build writes, another process reads its totals, caps and what is left", () => {
  const ledger = createCostLedger({ store, build: "b1", capMicroUsd: 100_000, caps: { dayMicroUsd: 90_000 }, clock });
  call(ledger);
  using reading = openStore({ path, migrations: [costMigrations], readOnly: true });
  const before = readCostBuilds(reading);
  expect(before).toMatchObject([
    {
      build: "b1",
      calls: 1,
      costMicroUsd: 6_000,
      caps: { build: 100_000, day: 90_000 },
      remainingMicroUsd: 94_000,
      firstAt: "2026-11-21T10:59:00.000Z",
    },
  ]);
  ledger.reserve({ model, inputTokens: 1_000, maxOutputTokens: 400, scope });
  call(ledger);
  expect(readCostBuilds(reading, clock.now())[0]?.remainingTodayMicroUsd).toBe(62_000);
  expect(readCostBuilds(reading, new Date("2026-11-22T00:00:00Z"))[0]?.remainingTodayMicroUsd).toBe(74_000);
  expect(readCostBuilds(reading)).toMatchObject([
    { calls: 2, costMicroUsd: 12_000, reservedMicroUsd: 16_000, remainingMicroUsd: 72_000 },
  ]);
  expect(createCostLedger({ store: reading, build: "b1" }).breakdown("task")).toMatchObject([{ key: "t1", calls: 2 }]);
  expect(() => reading.database.exec("DELETE FROM cost_entries")).toThrow(/readonly/);
});

test("calls are rolled up by hour, day and ISO week, as the entries add up", () => {
  const ledger = createCostLedger({ store, build: "b1", clock });
  for (const at of ["2026-11-21T10:59:00Z", "2026-11-21T11:00:00Z", "2026-11-21T11:30:00Z", "2026-11-23T00:00:00Z"]) {
    time = at;
    call(ledger);
  }
  time = "2027-01-01T00:00:00Z";
  call(ledger, { agent: "planner" });
  const sums = (period: "hour" | "day" | "week") =>
    readRollUps(store, { period }).map((row) => [row.period, row.agent, row.calls, row.costMicroUsd]);
  expect(sums("hour").slice(0, 2)).toEqual([
    ["2026-11-21T10:00", "claude-code", 1, 6_000],
    ["2026-11-21T11:00", "claude-code", 2, 12_000],
  ]);
  expect(sums("day").map(([period, , calls]) => [period, calls])).toEqual([
    ["2026-11-21", 3],
    ["2026-11-23", 1],
    ["2027-01-01", 1],
  ]);
  // Saturday, Monday, and a Friday that belongs to the last week of the year before.
  expect(sums("week")).toEqual([
    ["2026-W47", "claude-code", 3, 18_000],
    ["2026-W48", "claude-code", 1, 6_000],
    ["2026-W53", "planner", 1, 6_000],
  ]);
  expect(readRollUps(store, { period: "day", build: "another" })).toEqual([]);
  expect(readRollUps(store, { period: "week" })[0]).toMatchObject({ meanLatencyMs: 40, unansweredCalls: 0 });
  expect(ledger.breakdown("week").map(({ key }) => key)).toEqual(["2026-W47", "2026-W48", "2026-W53"]);
});

test("who made a call within a session is kept and told apart", () => {
  const ledger = createCostLedger({ store, build: "b1", clock });
  call(ledger, { session: "s1", attempt: 2 });
  call(ledger, { session: "s1", attempt: 2, caller: "subagent:reviewer" });
  call(ledger, { session: "s1", attempt: 2, caller: "subagent:reviewer" });
  expect(ledger.breakdown("agent").map(({ key, calls }) => [key, calls])).toEqual([
    ["claude-code/subagent:reviewer", 2],
    ["claude-code", 1],
  ]);
  expect(ledger.breakdown("session")).toMatchObject([{ key: "s1", calls: 3 }]);
  expect(ledger.entries()[1]?.scope).toMatchObject({ session: "s1", attempt: 2, caller: "subagent:reviewer" });
});

test("a ledger of the first version is brought up to date with its sums", () => {
  const [first] = costMigrations.steps;
  if (!first) throw new Error("no first step");
  const old = join(folder, "old.db");
  {
    using before = openStore({ path: old, migrations: [{ name: "cost", steps: [first] }] });
    before.database.exec(`INSERT INTO cost_entries (timestamp, build_id, session_id, phase_id, task_id, agent, model_name, input_tokens,
      output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_search_requests, cost_micro_usd,
      counted_micro_usd, status, latency_ms, call_number) VALUES
      ('2026-11-21T10:00:00Z', 'b1', 's', 'p1', 't1', 'claude-code', '${model}', 10, 1, 0, 0, 0, 0, 60, 60, 'answered', 5, 1),
      ('2026-11-21T10:01:00Z', 'b1', 's', 'p1', NULL, 'claude-code', '${model}', 10, 1, 0, 0, 0, 0, NULL, 900, 'unknown', 5, 2)`);
  }
  using after = openStore({ path: old, migrations: [costMigrations] });
  const ledger = createCostLedger({ store: after, build: "b1", caps: { phaseMicroUsd: 16_900 }, clock });
  expect(readRollUps(after, { period: "day" })).toMatchObject([{ calls: 2, unpricedCalls: 1, costMicroUsd: 60 }]);
  // 960 of the phase are taken: 16,000 more do not fit 16,900.
  expect(call(ledger)).toContain("phase: ");
  expect(call(ledger, { phase: "p2" })).toBe("booked");
});

test("a hold outlives the process and is replaced by a later one", () => {
  const holds = createRateLimitHoldStore(store);
  const hold = { upstream: "api.anthropic.com", model, until: "2026-11-21T11:00:00Z", reason: "429" };
  holds.save(hold);
  holds.save({ ...hold, until: "2026-11-21T11:05:00Z" });
  store.close();
  store = openStore({ path, migrations: [costMigrations] });
  expect(createRateLimitHoldStore(store).load()).toEqual([{ ...hold, until: "2026-11-21T11:05:00Z" }]);
});
