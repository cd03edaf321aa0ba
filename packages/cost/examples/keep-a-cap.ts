import assert from "node:assert/strict";
import { noUsage } from "@ccb/core";
import { costMigrations, createCostLedger } from "@ccb/cost";
import { openStore } from "@ccb/store";

const store = openStore({ path: ":memory:", migrations: [costMigrations] });
const ledger = createCostLedger({ store, build: "demo", capMicroUsd: 150_000 });
const scope = { build: "demo", phase: "one", task: "routes", agent: "claude-code" };
const call = { model: "claude-opus-5-5", inputTokens: 10_000, maxOutputTokens: 1_000, scope };

const first = ledger.reserve(call);
const second = ledger.reserve(call);
assert(first.granted && !second.granted);
console.log(second.reason);

const usage = { ...noUsage, inputTokens: 1_200, cacheReadTokens: 8_000, outputTokens: 300 };
const outcome = {
  status: "answered",
  model: call.model,
  usage,
  messageId: "msg_1",
  latencyMs: 900,
  callNumber: 1,
} as const;
const entry = ledger.settle(first.reservationId, outcome);
console.log("booked, in micro-dollars:", entry.costMicroUsd);
assert.equal(ledger.totals().costMicroUsd, 12_400);
console.log(
  "by task:",
  ledger
    .breakdown("task")
    .map((row) => `${row.key} ${row.costMicroUsd}`)
    .join(", "),
);
store.close();
