import { afterEach, expect, it } from "vitest";
import { ask, createClient, startGateway } from "../_testing/start-gateway.ts";
import { sendJson, wholeMessage } from "../_testing/start-upstream.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const line = (id: string, result: object) => `${JSON.stringify({ custom_id: id, result })}\n`;

/** A server of batches; the first one is called msgbatch_1. */
async function startBatches(options: { status?: number; capMicroUsd?: number } = {}) {
  const { status = 200, ...rest } = options;
  let made = 0;
  const one = await startGateway((seen, response) => {
    if (seen.url.endsWith("/results")) {
      response.writeHead(200, { "content-type": "application/x-jsonl" });
      const message = JSON.parse(wholeMessage({ text: "äöü", inputTokens: 1_000, outputTokens: 40 })) as object;
      const body = Buffer.from(
        line("one", { type: "succeeded", message }) +
          line("two", { type: "errored", error: {} }) +
          "no json\n" +
          line("three", { type: "expired" }),
      );
      // Cut in the middle of a line, and of a character.
      const cut = body.indexOf("äöü") + 1;
      response.write(body.subarray(0, cut), () => setImmediate(() => response.end(body.subarray(cut))));
    } else if (seen.method === "POST" && seen.url === "/v1/messages/batches") {
      made += 1;
      sendJson(response, JSON.stringify({ id: `msgbatch_${made}`, processing_status: "in_progress" }), status);
    } else sendJson(response, "{}");
  }, rest);
  closers.push(one.close);
  return { ...one, client: createClient(one.base) };
}

const requests = ["one", "two", "three"].map((id) => ({ custom_id: id, params: ask(id, 100) }));
const terms = { batch: true };

it("reserves every request of a batch at half price, and books each when its result is fetched", async () => {
  const one = await startBatches();
  const batch = await one.client.messages.batches.create({ requests });
  expect(one.meter.openReservations()).toBe(3);
  expect(one.meter.entries).toEqual([]);
  const response = await fetch(`${one.base}/v1/messages/batches/${batch.id}/results`);
  expect((await response.text()).split("\n")).toHaveLength(5);
  expect(one.meter.openReservations()).toBe(0);
  expect(one.meter.entries).toMatchObject([
    { status: "answered", terms, usage: { inputTokens: 1_000, outputTokens: 40 }, messageId: "msg_1" },
    { status: "failed" },
    { status: "failed" },
  ]);
  await (await fetch(`${one.base}/v1/messages/batches/${batch.id}/results`)).text();
  expect(one.meter.entries).toHaveLength(3);
  expect(one.logged.filter(({ endpoint }) => endpoint === "/v1/messages/batches")).toHaveLength(4);
});

it("refuses a batch that does not fit the cap as a whole, and lets its reservations go", async () => {
  // A request reserves about 2,100 × 8 + 100 × 20 micro-dollars with the memory meter, which knows no half price.
  const one = await startBatches({ capMicroUsd: 45_000 });
  const failure = await one.client.messages.batches
    .create({ requests })
    .catch((error: { status?: number }) => error.status);
  expect(failure).toBe(403);
  expect(one.upstream.seen).toEqual([]);
  expect(one.meter.openReservations()).toBe(0);
  expect(one.meter.entries.map(({ costMicroUsd }) => costMicroUsd)).toEqual([0, 0]);
});

it("books nothing for a batch that the server does not take, and as unknown what is never fetched", async () => {
  const refused = await startBatches({ status: 400 });
  await refused.client.messages.batches.create({ requests }).catch(() => undefined);
  expect(refused.meter.entries.map(({ status }) => status)).toEqual(["failed", "failed", "failed"]);
  const left = await startBatches();
  await left.client.messages.batches.create({ requests });
  await left.gateway.close();
  expect(left.meter.entries.map(({ status }) => status)).toEqual(["unknown", "unknown", "unknown"]);
});

it.each([
  ["no requests", { requests: [] }],
  ["a request without an id", { requests: [{ params: ask("x") }] }],
  ["two of one id", { requests: [requests[0], requests[0]] }],
  ["a request without a model", { requests: [{ custom_id: "a", params: {} }] }],
])("answers 400 to a batch with %s", async (_, body) => {
  const one = await startBatches();
  const response = await fetch(`${one.base}/v1/messages/batches`, { method: "POST", body: JSON.stringify(body) });
  expect(response.status).toBe(400);
  expect(one.upstream.seen).toEqual([]);
  expect(one.meter.openReservations()).toBe(0);
});
