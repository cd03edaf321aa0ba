import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { CostEntry, CostMeter } from "@ccb/core";
import { addUsage, noUsage } from "@ccb/core";
import { createGateway } from "@ccb/gateway";

/** Stands for the model: any server that speaks the Anthropic API, such as https://api.anthropic.com. */
const model = http.createServer((_request, response) => {
  const content = [{ type: "text", text: "Hello!" }];
  const usage = { input_tokens: 12, output_tokens: 3 };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ id: "msg_1", type: "message", role: "assistant", model: "any-model", content, usage }));
});
await new Promise<void>((resolve) => model.listen(0, "127.0.0.1", resolve));
const baseUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}`;

const gateway = await createGateway({
  upstream: { baseUrl, apiKey: "the-real-key" },
  meter: createTokenMeter({ cap: 5_000 }),
  onCall: (call, entry) =>
    console.log(`${call.scope.task}: ${call.outcome}, ${entry.usage.outputTokens} tokens written`),
  onRefusal: ({ scope, reason }) => console.log(`${scope.task}: refused, ${reason}`),
});
const ask = (task: string, maxTokens: number) =>
  fetch(`${gateway.urlFor({ build: "b1", phase: "p1", task, agent: "claude-code" })}/v1/messages`, {
    method: "POST",
    body: JSON.stringify({ model: "any-model", max_tokens: maxTokens, messages: [{ role: "user", content: "Hi" }] }),
  });

assert.equal((await ask("small", 100)).status, 200);
assert.equal((await ask("large", 9_000)).status, 403);
await gateway.close();
model.close();

/** The smallest meter: a cap in tokens. `@ccb/cost` has one in dollars, in a database. */
function createTokenMeter({ cap }: { cap: number }): CostMeter {
  const open = new Map<number, { tokens: number; entry: Omit<CostEntry, "usage"> }>();
  let counted = 0;
  let usage = noUsage;
  let ids = 0;
  const reserved = () => [...open.values()].reduce((sum, { tokens }) => sum + tokens, 0);
  return {
    reserve({ inputTokens, maxOutputTokens, scope, model: name }) {
      const tokens = inputTokens + maxOutputTokens;
      if (counted + reserved() + tokens > cap) {
        const reason = `it may use ${tokens} of ${cap} tokens`;
        return { granted: false, reason, capMicroUsd: cap, spentMicroUsd: counted, neededMicroUsd: tokens };
      }
      const id = ++ids;
      const rest = { messageId: undefined, latencyMs: 0, callNumber: id, at: new Date().toISOString() };
      open.set(id, { tokens, entry: { id, scope, model: name, status: "answered", costMicroUsd: undefined, ...rest } });
      return { granted: true, reservationId: id, reservedMicroUsd: tokens };
    },
    settle(reservationId, outcome) {
      const reservation = open.get(reservationId);
      if (!reservation) throw new Error(`reservation ${reservationId} is not open`);
      open.delete(reservationId);
      const isKnown = outcome.status === "answered" || outcome.status === "failed";
      counted += isKnown ? outcome.usage.inputTokens + outcome.usage.outputTokens : reservation.tokens;
      usage = addUsage(usage, outcome.usage);
      return { ...reservation.entry, ...outcome };
    },
    totals: () => ({
      calls: ids - open.size,
      usage,
      costMicroUsd: 0,
      unpricedCalls: ids - open.size,
      reservedMicroUsd: reserved(),
      capMicroUsd: cap,
    }),
  };
}
