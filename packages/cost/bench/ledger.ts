/**
 * What the ledger costs: a row written in a batch, a call on its own, and a budget check with a million rows in the table.
 *
 *   node --conditions=ccb-source packages/cost/bench/ledger.ts [rows]
 *
 * Must hold: at most 20 µs a row batched, at most 1 ms a budget check at 1,000,000 rows. It fails where one does not.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noUsage } from "@ccb/core";
import { costMigrations, createCostLedger, readCostBuilds, readRollUps } from "@ccb/cost";
import { openStore } from "@ccb/store";

const rows = Number(process.argv[2] ?? 1_000_000);
const batch = 10_000;
const folder = mkdtempSync(join(tmpdir(), "ccb-bench-ledger-"));
const store = openStore({ path: join(folder, "build.db"), migrations: [costMigrations] });
const caps = { phaseMicroUsd: 1e14, taskMicroUsd: 1e14, dayMicroUsd: 1e14 };
const model = "claude-opus-5-5";
const outcome = {
  status: "answered",
  model,
  usage: { ...noUsage, inputTokens: 900, cacheReadTokens: 40_000, outputTokens: 300 },
  messageId: "msg_0123456789",
  latencyMs: 1_200,
} as const;
/** An hour every 5,000 calls, a task every 50, a phase every 1,000. */
let made = 0;
const start = Date.parse("2026-11-01T00:00:00Z");
const clock = {
  now: () => new Date(start + Math.floor(made / 5_000) * 3_600_000),
  monotonicMs: () => performance.now(),
};
const ledger = createCostLedger({ store, build: "b", capMicroUsd: 1e14, caps, clock });
const failures: string[] = [];

/** One call, reserved and booked: the reservation's row is written and deleted, the entry's stays. */
function makeCall(): void {
  made += 1;
  const scope = {
    build: "b",
    phase: `p${Math.floor(made / 1_000)}`,
    task: `t${Math.floor(made / 50)}`,
    agent: "claude-code",
  };
  const result = ledger.reserve({ model, inputTokens: 60_000, maxOutputTokens: 32_000, scope });
  if (!result.granted) throw new Error(result.reason);
  ledger.settle(result.reservationId, { ...outcome, callNumber: made });
}

function measure(name: string, options: { count: number; limitMicros?: number }, run: () => void): void {
  const startedMs = performance.now();
  run();
  const micros = ((performance.now() - startedMs) * 1_000) / options.count;
  const { limitMicros } = options;
  const bound = limitMicros === undefined ? "" : `, at most ${limitMicros} µs`;
  console.log(`${name}: ${micros.toFixed(1)} µs${bound}`);
  if (limitMicros !== undefined && micros > limitMicros) failures.push(name);
}

try {
  const insert =
    store.database.prepare(`INSERT INTO cost_entries (timestamp, build_id, session_id, phase_id, task_id, agent, model_name,
    input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_search_requests, cost_micro_usd,
    counted_micro_usd, status, latency_ms, call_number)
    VALUES (?, 'b', 's', ?, ?, 'claude-code', '${model}', 900, 300, 40000, 0, 0, 0, 17600, 17600, 'answered', 1200, ?)`);
  measure(
    `a row with its sums, ${rows.toLocaleString("en-US")} rows in batches of ${batch}`,
    { count: rows, limitMicros: 20 },
    () => {
      for (let from = 0; from < rows; from += batch) {
        store.transaction(() => {
          for (let i = 0; i < batch; i++) {
            made += 1;
            insert.run(clock.now().toISOString(), `p${Math.floor(made / 1_000)}`, `t${Math.floor(made / 50)}`, made);
          }
        });
      }
    },
  );
  const calls = 20_000;
  measure("a call, reserved and booked, in a batch", { count: calls }, () => {
    store.transaction(() => {
      for (let i = 0; i < calls; i++) makeCall();
    });
  });
  measure("a call, reserved and booked, each in a durable transaction (two)", { count: 500 }, () => {
    for (let i = 0; i < 500; i++) makeCall();
  });
  const scope = { build: "b", phase: "p3", task: "t70", agent: "claude-code" };
  const request = { model, inputTokens: 60_000, maxOutputTokens: 32_000, scope };
  const open = Array.from({ length: 64 }, () => ledger.reserve(request));
  measure("a budget check of four caps, 64 calls under way", { count: 2_000, limitMicros: 1_000 }, () => {
    for (let i = 0; i < 2_000; i++) ledger.totals();
    store.transaction(() => {
      // Refused, so that nothing is written: the check alone.
      for (let i = 0; i < 2_000; i++)
        if (ledger.reserve({ ...request, maxOutputTokens: 1e13 }).granted) throw new Error("granted");
    });
  });
  console.log(`${open.filter((result) => result.granted).length} calls are under way`);
  measure("totals, caps and what is left of every build", { count: 1 }, () => readCostBuilds(store));
  measure("sums by week", { count: 1 }, () => readRollUps(store, { period: "week" }));
  measure("sums by task, from the rows", { count: 1 }, () => ledger.breakdown("task"));
} finally {
  store.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const name of failures) console.error(`too slow: ${name}`);
process.exitCode = failures.length === 0 ? 0 : 1;
