import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import http, { type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addUsage, type ModelPrices, modelCatalog, noUsage, type Usage } from "@ccb/core";
import { costMigrations, createCostLedger, priceUsage } from "@ccb/cost";
import { createGateway } from "@ccb/gateway";
import { createApiCallLog } from "@ccb/logging";
import { openStore } from "@ccb/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCcb } from "../../test-support/run-ccb.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-load-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a model server counts by itself. */
interface Count {
  calls: number;
  /** What it told its clients in events that it sent. */
  told: Usage;
  /** What it will bill: of a cut call more than it told. */
  billedMicroUsd: number;
}

const toWire = (usage: Usage) => ({
  input_tokens: usage.inputTokens,
  output_tokens: usage.outputTokens,
  cache_read_input_tokens: usage.cacheReadTokens,
  cache_creation_input_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
  cache_creation: {
    ephemeral_5m_input_tokens: usage.cacheWrite5mTokens,
    ephemeral_1h_input_tokens: usage.cacheWrite1hTokens,
  },
  server_tool_use: { web_search_requests: usage.webSearchRequests },
});

async function startServer(answer: (body: { model: string }, response: ServerResponse) => void) {
  const server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => answer(JSON.parse(body) as { model: string }, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close().closeAllConnections(),
  };
}

const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;

/** Streams an answer; every 10th call fails, every 11th is cut after its first event and billed in full. */
function answerBadly(count: Count, call: { model: string; response: ServerResponse }): void {
  const { model, response } = call;
  count.calls += 1;
  if (count.calls % 10 === 0) {
    response.writeHead(500, { "content-type": "application/json" }).end('{"type":"error"}');
    return;
  }
  const usage: Usage = { ...noUsage, inputTokens: 300 + (count.calls % 700), outputTokens: 1 + (count.calls % 400) };
  count.billedMicroUsd += priceUsage(model, usage) ?? Number.NaN;
  const begun = { ...usage, outputTokens: 1 };
  const message = {
    id: `msg_${count.calls}`,
    type: "message",
    role: "assistant",
    model,
    content: [],
    usage: toWire(begun),
  };
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (count.calls % 11 === 0) {
    count.told = addUsage(count.told, begun);
    response.write(event("message_start", { message }), () => setImmediate(() => response.destroy()));
    return;
  }
  count.told = addUsage(count.told, usage);
  response.write(event("message_start", { message }));
  const delta = { delta: { stop_reason: "end_turn" }, usage: { output_tokens: usage.outputTokens } };
  response.end(event("message_delta", delta) + event("message_stop", {}));
}

test("64 clients at once against ledger and log: the cap holds to the micro-dollar, nothing is lost or doubled, the server's count agrees", async () => {
  const model = "claude-opus-5-5";
  const count: Count = { calls: 0, told: noUsage, billedMicroUsd: 0 };
  const server = await startServer((body, response) => answerBadly(count, { model: body.model, response }));
  using store = openStore({ path: join(folder, "costs.db"), migrations: [costMigrations] });
  const capMicroUsd = 3_000_000;
  const ledger = createCostLedger({ store, build: "b", capMicroUsd });
  const callLog = createApiCallLog({ directory: join(folder, "calls") });
  const gateway = await createGateway({ upstream: { baseUrl: server.url }, meter: ledger, callLog });
  const statuses: number[] = [];
  const client = async (task: string) => {
    const url = `${gateway.urlFor({ build: "b", phase: "p", task, agent: "claude-code" })}/v1/messages`;
    const body = JSON.stringify({ model, max_tokens: 400, stream: true, messages: [{ role: "user", content: task }] });
    while (true) {
      const response = await fetch(url, { method: "POST", body });
      statuses.push(response.status);
      await response.text().catch(() => "cut");
      if (response.status === 403) return;
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_, index) => client(`t${index}`)));
  await gateway.close();
  server.close();

  const totals = ledger.totals();
  expect(count.billedMicroUsd).toBeLessThanOrEqual(capMicroUsd);
  expect(totals.costMicroUsd + totals.heldMicroUsd).toBeLessThanOrEqual(capMicroUsd);
  expect(totals.reservedMicroUsd).toBe(0);
  // The cap was really reached: less is left than one call may cost.
  expect(totals.remainingMicroUsd).toBeLessThan(30_000);
  expect(totals.calls).toBe(count.calls);
  expect(totals.usage).toEqual(count.told);
  const [session = ""] = readdirSync(join(folder, "calls"));
  const logged = readFileSync(join(folder, "calls", session, "session_summary.jsonl"), "utf8")
    .trim()
    .split("\n");
  expect(logged).toHaveLength(statuses.length);
  const numbers = logged.map((line) => (JSON.parse(line) as { call_number: number }).call_number);
  expect(new Set(numbers).size).toBe(statuses.length);
  const booked = ledger.entries().map(({ callNumber }) => callNumber);
  expect(new Set(booked).size).toBe(count.calls);
  expect(statuses.filter((status) => status === 403)).toHaveLength(64);
  expect(statuses.length - 64).toBe(count.calls);
});

/** What calls take: every kind of token, below and above the threshold of every long-prompt price. */
const usages: Usage[] = [
  { ...noUsage, inputTokens: 1_234, outputTokens: 567 },
  {
    ...noUsage,
    inputTokens: 11,
    outputTokens: 3,
    cacheReadTokens: 45_001,
    cacheWrite5mTokens: 2_003,
    cacheWrite1hTokens: 705,
  },
  { ...noUsage, inputTokens: 90_001, outputTokens: 77, cacheReadTokens: 210_000, webSearchRequests: 2 },
  // Every kind of token above the largest threshold.
  {
    ...noUsage,
    inputTokens: 150_007,
    outputTokens: 9_001,
    cacheReadTokens: 150_013,
    cacheWrite5mTokens: 50_021,
    cacheWrite1hTokens: 20_011,
  },
];

test("the total of ccb cost is the sum of the server's usage, for every model of the table, cache and long-prompt tiers included", async () => {
  const models = modelCatalog.filter(({ family }) => family !== "offline");
  let sum = noUsage;
  let asked = 0;
  const server = await startServer(({ model }, response) => {
    const usage = usages[asked++ % usages.length] ?? noUsage;
    sum = addUsage(sum, usage);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({ id: `m${asked}`, type: "message", role: "assistant", model, content: [], usage: toWire(usage) }),
    );
  });
  {
    using store = openStore({ path: join(folder, "costs.db"), migrations: [costMigrations] });
    const gateway = await createGateway({
      upstream: { baseUrl: server.url },
      meter: createCostLedger({ store, build: "b" }),
    });
    const url = `${gateway.urlFor({ build: "b", phase: undefined, task: undefined, agent: "claude-code" })}/v1/messages`;
    for (const { apiId } of models) {
      for (const _ of usages)
        await (
          await fetch(url, { method: "POST", body: JSON.stringify({ model: apiId, max_tokens: 9, messages: [] }) })
        ).text();
    }
    await gateway.close();
    server.close();
  }
  const longest = Math.max(...models.map(({ longPrompt }) => longPrompt?.abovePromptTokens ?? 0));
  const prompts = usages.map(({ outputTokens: _, webSearchRequests: __, ...prompt }) =>
    Object.values(prompt).reduce((all, tokens) => all + tokens, 0),
  );
  expect(longest).toBeGreaterThan(0);
  expect(prompts.filter((tokens) => tokens > longest)).toHaveLength(2);
  const { stdout } = await runCcb({ args: ["cost", "costs.db", "--json"], cwd: folder });
  const told = JSON.parse(stdout) as {
    usage: Usage;
    costMicroUsd: number;
    calls: number;
    by: { model: { key: string; costMicroUsd: number }[] };
  };
  expect(told.calls).toBe(models.length * usages.length);
  expect(told.usage).toEqual(sum);
  const dollars = (prices: ModelPrices, usage: Usage) =>
    usage.inputTokens * prices.input +
    usage.outputTokens * prices.output +
    usage.cacheReadTokens * prices.cacheRead +
    usage.cacheWrite5mTokens * prices.cacheWrite5m +
    usage.cacheWrite1hTokens * prices.cacheWrite1h +
    usage.webSearchRequests * prices.webSearch * 1_000_000;
  const expected = models.map(({ apiId, prices, longPrompt }) =>
    usages.reduce(
      (all, usage) => {
        const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
        const isLong = longPrompt !== undefined && prompt > longPrompt.abovePromptTokens;
        return {
          key: apiId,
          costMicroUsd: all.costMicroUsd + Math.round(dollars(isLong ? longPrompt.prices : prices, usage) + 1e-6),
        };
      },
      { key: apiId, costMicroUsd: 0 },
    ),
  );
  const byKey = (rows: { key: string; costMicroUsd: number }[]) =>
    Object.fromEntries(rows.map((row) => [row.key, row.costMicroUsd]));
  expect(byKey(told.by.model)).toEqual(byKey(expected));
  expect(told.costMicroUsd).toBe(expected.reduce((all, row) => all + row.costMicroUsd, 0));
});
