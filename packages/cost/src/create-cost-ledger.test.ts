import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  addUsage,
  type CallOutcome,
  CcbError,
  modelCatalog,
  noUsage,
  type ReserveRequest,
  type Usage,
} from "@ccb/core";
import { openStore, type Store } from "@ccb/store";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { costMigrations } from "./cost-migrations.ts";
import { type CostLedgerOptions, createCostLedger } from "./create-cost-ledger.ts";

let folder = "";
let path = "";
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-cost-"));
  path = join(folder, "build.db");
  store = openStore({ path, migrations: [costMigrations] });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const opus = "claude-opus-5-5";
const ledgerOf = (options: Partial<CostLedgerOptions> = {}) => createCostLedger({ store, build: "b1", ...options });

function request(changes: Partial<ReserveRequest> = {}): ReserveRequest {
  const scope = { build: "b1", phase: "p1", task: "t1", agent: "claude-code" };
  return { model: opus, inputTokens: 10_000, maxOutputTokens: 1_000, scope, ...changes };
}

function outcome(changes: Partial<CallOutcome> = {}): CallOutcome {
  const usage = { ...noUsage, inputTokens: 1_000, outputTokens: 100 };
  return { status: "answered", model: opus, usage, messageId: "msg_1", latencyMs: 12.5, callNumber: 1, ...changes };
}

function grant(ledger: ReturnType<typeof ledgerOf>, changes: Partial<ReserveRequest> = {}): number {
  const result = ledger.reserve(request(changes));
  if (!result.granted) throw new Error(result.reason);
  return result.reservationId;
}

test("a call is reserved at its worst case and booked at its real cost", () => {
  const ledger = ledgerOf({
    capMicroUsd: 1_000_000,
    clock: { now: () => new Date("2026-11-21T10:00:00Z"), monotonicMs: () => 0 },
  });
  const reserved = ledger.reserve(request());
  // 10,000 × 8 (1 h cache write) + 1,000 × 20
  expect(reserved).toMatchObject({ granted: true, reservedMicroUsd: 100_000 });
  expect(ledger.totals()).toMatchObject({
    calls: 0,
    costMicroUsd: 0,
    reservedMicroUsd: 100_000,
    remainingMicroUsd: 900_000,
  });
  const entry = ledger.settle(reserved.granted ? reserved.reservationId : 0, outcome());
  expect(entry).toEqual({
    id: 1,
    scope: request().scope,
    model: opus,
    usage: outcome().usage,
    costMicroUsd: 6_000,
    status: "answered",
    messageId: "msg_1",
    latencyMs: 12.5,
    callNumber: 1,
    at: "2026-11-21T10:00:00.000Z",
  });
  expect(ledger.entries()).toEqual([entry]);
  expect(ledger.totals()).toEqual({
    calls: 1,
    usage: outcome().usage,
    costMicroUsd: 6_000,
    unpricedCalls: 0,
    reservedMicroUsd: 0,
    heldMicroUsd: 0,
    capMicroUsd: 1_000_000,
    remainingMicroUsd: 994_000,
  });
  expect(store.database.prepare("SELECT task_id, model_name, cost_usd FROM cost_entries").all()).toMatchObject([
    { task_id: "t1", model_name: opus, cost_usd: 0.006 },
  ]);
});

test("what would break the cap is refused with the figures", () => {
  const ledger = ledgerOf({ capMicroUsd: 250_000 });
  ledger.settle(grant(ledger), outcome());
  grant(ledger);
  grant(ledger);
  const refused = ledger.reserve(request());
  expect(refused).toMatchObject({
    granted: false,
    capMicroUsd: 250_000,
    spentMicroUsd: 6_000,
    neededMicroUsd: 100_000,
  });
  expect(refused.granted ? "" : refused.reason).toBe(
    "The cap of $0.25 would not hold: $0.006 is spent, $0.20 is reserved for calls under way, and this call may cost up to $0.10.",
  );
  expect(ledger.totals().reservedMicroUsd).toBe(200_000);
});

test("a call that fits the cap to the micro-dollar is granted, one more micro-dollar is not", () => {
  expect(ledgerOf({ capMicroUsd: 100_000 }).reserve(request()).granted).toBe(true);
  expect(ledgerOf({ build: "b2", capMicroUsd: 99_999 }).reserve(request()).granted).toBe(false);
});

test("a cap of 0 refuses every call that can cost something, and lets the offline model work", () => {
  const ledger = ledgerOf({ capMicroUsd: 0 });
  expect(ledger.reserve(request()).granted).toBe(false);
  expect(ledger.reserve(request({ model: "ccb-offline" })).granted).toBe(true);
});

test("the long-prompt price is reserved where the prompt may be that long", () => {
  const short = ledgerOf().reserve(request({ model: "claude-haiku-5-5", inputTokens: 100_000 }));
  const long = ledgerOf().reserve(request({ model: "claude-haiku-5-5", inputTokens: 100_001 }));
  expect(short).toMatchObject({ reservedMicroUsd: 100_000 * 0.2 + 500 });
  expect(long).toMatchObject({ reservedMicroUsd: 100_001 + 2_500 });
});

test("web searches that the call may make are reserved with it, a cent each", () => {
  expect(ledgerOf().reserve(request({ maxWebSearches: 5 }))).toMatchObject({ reservedMicroUsd: 150_000 });
});

test("usage beyond the reservation is booked as it was", () => {
  const ledger = ledgerOf({ capMicroUsd: 100_000 });
  const usage = { ...noUsage, inputTokens: 30_000, outputTokens: 2_000, webSearchRequests: 1 };
  expect(ledger.settle(grant(ledger), outcome({ usage })).costMicroUsd).toBe(120_000 + 40_000 + 10_000);
  expect(ledger.totals()).toMatchObject({ costMicroUsd: 170_000, remainingMicroUsd: 0 });
  expect(ledger.reserve(request({ inputTokens: 1, maxOutputTokens: 1 })).granted).toBe(false);
});

test("a call without an answer has no known cost and keeps its worst case against the cap; a failed one costs nothing", () => {
  const ledger = ledgerOf({ capMicroUsd: 1_000_000 });
  const unknown = ledger.settle(grant(ledger), outcome({ status: "unknown", usage: noUsage, messageId: undefined }));
  expect(unknown).toMatchObject({ costMicroUsd: undefined, status: "unknown", messageId: undefined });
  expect(ledger.totals()).toMatchObject({
    costMicroUsd: 0,
    unpricedCalls: 1,
    heldMicroUsd: 100_000,
    remainingMicroUsd: 900_000,
  });
  ledger.settle(grant(ledger), outcome({ status: "failed", usage: noUsage }));
  expect(ledger.totals()).toMatchObject({ calls: 2, unpricedCalls: 1, heldMicroUsd: 100_000 });
  const cut = ledger.settle(grant(ledger), outcome({ status: "cut" }));
  expect(cut.costMicroUsd).toBe(6_000);
  expect(ledger.totals()).toMatchObject({ costMicroUsd: 6_000, heldMicroUsd: 194_000, remainingMicroUsd: 800_000 });
});

test("a model without a price is shown as unpriced and counted at the worst case", () => {
  const ledger = ledgerOf({ capMicroUsd: 10_000_000 });
  const model = "somebody-elses-model";
  // The dearest of every kind: 30 for a 1 h cache write, 75 for output.
  const id = grant(ledger, { model });
  expect(ledger.totals().reservedMicroUsd).toBe(10_000 * 30 + 1_000 * 75);
  expect(ledger.settle(id, outcome({ model })).costMicroUsd).toBeUndefined();
  expect(ledger.totals()).toMatchObject({ costMicroUsd: 0, unpricedCalls: 1, heldMicroUsd: 1_000 * 15 + 100 * 75 });

  const prices = { input: 1, output: 2, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, webSearch: 0 };
  const cheap = ledgerOf({ build: "b2", capMicroUsd: 12_000, unknownModelWorstCase: prices });
  cheap.settle(grant(cheap, { model }), outcome({ model }));
  expect(cheap.totals().heldMicroUsd).toBe(1_200);
});

test("the cap holds over a restart: what is spent is read back, a lost call stays reserved until it is booked as unknown", () => {
  const before = ledgerOf({ capMicroUsd: 200_000 });
  before.settle(grant(before), outcome());
  grant(before);
  store.close();
  store = openStore({ path, migrations: [costMigrations] });
  const after = ledgerOf({ capMicroUsd: 200_000 });
  expect(after.totals()).toMatchObject({ calls: 1, costMicroUsd: 6_000, reservedMicroUsd: 100_000 });
  expect(after.reserve(request()).granted).toBe(false);
  expect(after.settleAbandoned()).toMatchObject([
    { status: "unknown", costMicroUsd: undefined, model: opus, scope: { task: "t1" } },
  ]);
  expect(after.settleAbandoned()).toEqual([]);
  expect(after.totals()).toMatchObject({
    calls: 2,
    reservedMicroUsd: 0,
    heldMicroUsd: 100_000,
    remainingMicroUsd: 94_000,
  });
  expect(after.reserve(request()).granted).toBe(false);
});

test("a call under way of the same run is not abandoned, and another build's is not touched", () => {
  const ledger = ledgerOf();
  grant(ledger);
  expect(ledger.settleAbandoned()).toEqual([]);
  expect(ledgerOf({ build: "other" }).settleAbandoned()).toEqual([]);
  expect(ledger.totals().reservedMicroUsd).toBe(100_000);
});

test("a reservation is settled once", () => {
  const ledger = ledgerOf();
  const id = grant(ledger);
  ledger.settle(id, outcome());
  for (const wrong of [id, 999]) {
    expect(() => ledger.settle(wrong, outcome())).toThrow(`Reservation ${wrong} of build b1 is not open`);
  }
  expect(ledger.totals().calls).toBe(1);
});

test("a settle inside a transaction that fails is undone with it", () => {
  const ledger = ledgerOf({ capMicroUsd: 1_000_000 });
  const id = grant(ledger);
  expect(() =>
    store.transaction(() => {
      ledger.settle(id, outcome());
      throw new Error("the step failed");
    }),
  ).toThrow("the step failed");
  expect(ledger.totals()).toMatchObject({ calls: 0, costMicroUsd: 0, reservedMicroUsd: 100_000 });
});

test.each([Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY])("%s is no amount", (amount) => {
  for (const wrong of [
    () => ledgerOf({ capMicroUsd: amount }),
    () => ledgerOf().reserve(request({ inputTokens: amount })),
  ]) {
    let error: unknown;
    try {
      wrong();
    } catch (caught) {
      error = caught;
    }
    expect(CcbError.isInstance(error) && error.code).toBe("usage");
  }
});

test("breakdowns by agent, phase, task, model and day, filtered, dearest first", () => {
  let day = 20;
  const ledger = ledgerOf({ clock: { now: () => new Date(`2026-11-${day}T23:00:00Z`), monotonicMs: () => 0 } });
  const call = (scope: Partial<ReserveRequest["scope"]>, inputTokens: number) =>
    ledger.settle(
      grant(ledger, { scope: { ...request().scope, ...scope } }),
      outcome({ usage: { ...noUsage, inputTokens } }),
    );
  call({ agent: "spec-analyzer", phase: undefined, task: undefined }, 1_000);
  call({}, 2_000);
  day = 21;
  call({ task: "t2" }, 3_000);
  const keys = (rows: { key: string | undefined; costMicroUsd: number }[]) =>
    rows.map((row) => [row.key, row.costMicroUsd]);
  expect(keys(ledger.breakdown("agent"))).toEqual([
    ["claude-code", 20_000],
    ["spec-analyzer", 4_000],
  ]);
  expect(keys(ledger.breakdown("phase"))).toEqual([
    ["p1", 20_000],
    [undefined, 4_000],
  ]);
  expect(keys(ledger.breakdown("task"))).toEqual([
    ["t2", 12_000],
    ["t1", 8_000],
    [undefined, 4_000],
  ]);
  expect(keys(ledger.breakdown("model"))).toEqual([[opus, 24_000]]);
  expect(keys(ledger.breakdown("day"))).toEqual([
    ["2026-11-20", 12_000],
    ["2026-11-21", 12_000],
  ]);
  expect(keys(ledger.breakdown("task", { agent: "claude-code", until: "2026-11-21" }))).toEqual([["t1", 8_000]]);
  expect(ledger.entries({ since: "2026-11-21" }).map((entry) => entry.scope.task)).toEqual(["t2"]);
  expect(ledger.entries({ phase: "p1", task: "t1", model: opus, status: "answered" })).toHaveLength(1);
});

test("the migration can be undone", () => {
  for (const step of costMigrations.steps.toReversed()) store.database.exec(step.down);
  const left = store.database.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'cost%'").all();
  expect(left).toEqual([]);
});

type Step = { kind: "reserve" | "answer" | "cut" | "lose" | "fail" | "restart"; pick: number; share: number };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("reserve", "reserve", "answer", "answer", "cut", "lose", "fail", "restart"),
    pick: fc.nat({ max: 1_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 60 },
);

/** Runs two ledgers of one build against a server that counts for itself; answers what the server counted. */
function simulate(plan: Step[], capMicroUsd: number): number {
  const memory = openStore({ path: ":memory:", migrations: [costMigrations] });
  const open = (session: string) => createCostLedger({ store: memory, build: "b", capMicroUsd, session });
  let session = 0;
  let ledgers = [open("a0"), open("b0")];
  const models = modelCatalog.map((model) => model.id);
  const underWay: { ledger: number; id: number; model: string; worst: Usage }[] = [];
  let billed = 0;
  let usage: Usage = noUsage;
  let answered = 0;
  for (const { kind, pick, share } of plan) {
    if (kind === "restart") {
      session += 1;
      // What is under way may be billed in full, though nobody hears of it.
      for (const call of underWay.splice(0)) billed += priceOf(call.model, call.worst);
      ledgers = [open(`a${session}`), open(`b${session}`)];
      for (const entry of ledgers[0]?.settleAbandoned() ?? []) expect(entry.status).toBe("unknown");
    } else if (kind === "reserve") {
      const ledger = pick % 2;
      const model = models[pick % models.length] ?? opus;
      const worst = { ...noUsage, cacheWrite1hTokens: pick * 200, outputTokens: Math.round(share * 8_000) };
      const result = ledgers[ledger]?.reserve(
        request({ model, inputTokens: worst.cacheWrite1hTokens, maxOutputTokens: worst.outputTokens }),
      );
      if (result?.granted) underWay.push({ ledger, id: result.reservationId, model, worst });
    } else {
      const [call] = underWay.splice(pick % Math.max(1, underWay.length), 1);
      if (!call) continue;
      const part = {
        ...noUsage,
        inputTokens: Math.floor(call.worst.cacheWrite1hTokens * share),
        outputTokens: Math.floor(call.worst.outputTokens * share),
      };
      const status = ({ answer: "answered", cut: "cut", lose: "unknown", fail: "failed" } as const)[kind];
      const seen = status === "answered" || status === "cut" ? part : noUsage;
      if (status === "answered") billed += priceOf(call.model, part);
      else if (status !== "failed") billed += priceOf(call.model, call.worst);
      if (status === "answered") answered += 1;
      usage = addUsage(usage, seen);
      ledgers[call.ledger]?.settle(call.id, outcome({ model: call.model, usage: seen, status }));
    }
    expect(billed).toBeLessThanOrEqual(capMicroUsd);
  }
  const ledger = open("reader");
  const totals = ledger.totals();
  const entries = ledger.entries();
  expect(totals.calls).toBe(entries.length);
  expect(totals.usage).toEqual(usage);
  expect(entries.filter((entry) => entry.status === "answered")).toHaveLength(answered);
  expect(totals.costMicroUsd).toBe(entries.reduce((sum, entry) => sum + (entry.costMicroUsd ?? 0), 0));
  expect(totals.unpricedCalls).toBe(entries.filter((entry) => entry.costMicroUsd === undefined).length);
  for (const by of ["agent", "phase", "task", "model", "day"] as const) {
    const rows = ledger.breakdown(by);
    expect(rows.reduce((sum, row) => sum + row.costMicroUsd, 0)).toBe(totals.costMicroUsd);
    expect(rows.reduce((sum, row) => addUsage(sum, row.usage), noUsage)).toEqual(totals.usage);
  }
  expect(totals.costMicroUsd + totals.heldMicroUsd + totals.reservedMicroUsd).toBeLessThanOrEqual(capMicroUsd);
  memory.close();
  return billed;
}

function priceOf(model: string, usage: Usage): number {
  const info = modelCatalog.find((candidate) => candidate.id === model);
  const prompt = usage.inputTokens + usage.cacheWrite1hTokens;
  const long = info?.longPrompt && prompt > info.longPrompt.abovePromptTokens ? info.longPrompt.prices : undefined;
  const prices = long ?? info?.prices;
  if (!prices) throw new Error(`no price of ${model}`);
  return (
    usage.inputTokens * prices.input +
    usage.cacheWrite1hTokens * prices.cacheWrite1h +
    usage.outputTokens * prices.output -
    0.5
  );
}

test("whatever the interleaving, two ledgers, lost calls and restarts: the server's bill stays within the cap and the sums agree", () => {
  let spentSomething = false;
  fc.assert(
    fc.property(steps, fc.nat({ max: 4_000_000 }), (plan, cap) => {
      if (simulate(plan, cap) > 0) spentSomething = true;
    }),
    { numRuns: 150 },
  );
  expect(spentSomething).toBe(true);
});
