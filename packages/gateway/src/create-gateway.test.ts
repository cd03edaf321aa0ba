import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { ask, createClient, scope, startGateway, upstreamKey } from "./_testing/start-gateway.ts";
import { sendJson, sendStream, streamEvents, wholeMessage } from "./_testing/start-upstream.ts";
import { createGateway } from "./create-gateway.ts";

type Started = Awaited<ReturnType<typeof startGateway>>;
const started: Started[] = [];
async function start(...args: Parameters<typeof startGateway>): Promise<Started> {
  const one = await startGateway(...args);
  started.push(one);
  return one;
}
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
});

describe("what passes through", () => {
  it("streams an answer to the SDK and books what the upstream counted", async () => {
    const cache = {
      cache_read_input_tokens: 30,
      cache_creation: { ephemeral_1h_input_tokens: 4, ephemeral_5m_input_tokens: 5 },
    };
    const one = await start((_, response) => sendStream(response, streamEvents({ text: "Grüße aus 東京!", cache })));
    const message = await createClient(one.base).messages.stream(ask("hello")).finalMessage();

    expect(message.content).toEqual([{ type: "text", text: "Grüße aus 東京!" }]);
    expect(one.meter.entries).toMatchObject([
      {
        status: "answered",
        scope,
        messageId: "msg_1",
        usage: { inputTokens: 100, outputTokens: 7, cacheReadTokens: 30, cacheWrite1hTokens: 4, cacheWrite5mTokens: 5 },
      },
    ]);
    expect(one.meter.openReservations()).toBe(0);
    await one.untilLogged(1);
    expect(one.logged[0]).toMatchObject({
      outcome: "answered",
      status: 200,
      endpoint: "/v1/messages",
      responseBody: { id: "msg_1", stop_reason: "end_turn", content: [{ type: "text", text: "Grüße aus 東京!" }] },
    });
    expect(one.booked[0]?.entry.costMicroUsd).toBe(one.meter.entries[0]?.costMicroUsd);
  });

  it("answers a call that is not streamed", async () => {
    const one = await start((_, response) => sendJson(response, wholeMessage({ text: "whole" })));
    const { data, request_id } = await createClient(one.base).messages.create(ask("hello")).withResponse();

    expect(data.content).toEqual([{ type: "text", text: "whole" }]);
    expect(request_id).toBe("req_whole");
    expect(one.meter.entries).toMatchObject([{ status: "answered", usage: { inputTokens: 100, outputTokens: 7 } }]);
  });

  it("forwards body, query and headers unchanged, with the upstream's key for the client's", async () => {
    const one = await start((_, response) => sendJson(response, wholeMessage({ text: "x" })));
    const body = `{ "model":"claude-opus-5-5",\n "max_tokens": 5, "messages":[{"role":"user","content":"é \\u00e9"}] }`;
    const response = await fetch(`${one.base}/v1/messages?beta=true`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "a-beta,b-beta",
        "x-api-key": "client-key",
        authorization: "Bearer client-token",
        "x-custom": "kept",
      },
    });

    expect(response.status).toBe(200);
    const seen = one.upstream.seen[0];
    expect(seen?.body).toBe(body);
    expect(seen?.url).toBe("/v1/messages?beta=true");
    expect(seen?.headers).toMatchObject({
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "a-beta,b-beta",
      "x-custom": "kept",
      "x-api-key": upstreamKey,
      "accept-encoding": "identity",
    });
    expect(JSON.stringify(seen?.headers)).not.toContain("client-");
    expect(JSON.stringify([...response.headers])).not.toContain(upstreamKey);
  });

  it("sends a bearer token and headers of the upstream, and keeps the path of its base URL", async () => {
    const one = await start((_, response) => sendJson(response, wholeMessage({ text: "x" })));
    const gateway = await createGateway({
      upstream: { baseUrl: `${one.upstream.url}/anthropic/`, authToken: "tok", headers: { "X-Team": "ccb" } },
      meter: one.meter,
    });
    await createClient(gateway.urlFor(scope)).messages.create(ask("hello"));
    await gateway.close();

    expect(one.upstream.seen[0]?.url).toBe("/anthropic/v1/messages");
    expect(one.upstream.seen[0]?.headers).toMatchObject({ authorization: "Bearer tok", "x-team": "ccb" });
    expect(one.upstream.seen[0]?.headers["x-api-key"]).toBeUndefined();
  });

  it("reads answers that are compressed although nobody asked for it", async () => {
    const one = await start(({ json }, response) => {
      const stream = json.stream === true;
      response.writeHead(200, {
        "content-type": stream ? "text/event-stream" : "application/json",
        "content-encoding": "gzip",
      });
      response.end(gzipSync(stream ? streamEvents({ text: "packed" }).join("") : wholeMessage({ text: "packed" })));
    });
    const client = createClient(one.base);

    expect((await client.messages.create(ask("a"))).content).toMatchObject([{ text: "packed" }]);
    expect((await client.messages.stream(ask("b")).finalMessage()).content).toMatchObject([{ text: "packed" }]);
    expect(one.meter.entries.map((entry) => entry.usage.outputTokens)).toEqual([7, 7]);
  });

  it("passes chunks on while the answer is still being made", async () => {
    const events = streamEvents({ text: "first second" });
    let release = () => {};
    const one = await start((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(events.slice(0, 3).join(""));
      release = () => response.end(events.slice(3).join(""));
    });
    const stream = createClient(one.base).messages.stream(ask("hello"));
    const first = await new Promise((resolve) => stream.once("text", resolve));
    expect(first).toBe("first");
    release();
    expect(await stream.finalText()).toBe("first second");
  });

  it("assembles tool calls and thinking for the log", async () => {
    const events = [
      {
        type: "message_start",
        message: { id: "m", model: "claude-opus-5-5", content: [], usage: { input_tokens: 3, output_tokens: 1 } },
      },
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } },
      { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "sig" } },
      { type: "content_block_stop", index: 0 },
      { type: "content_block_start", index: 1, content_block: { type: "tool_use", id: "t", name: "Write", input: {} } },
      { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"path":"a' } },
      { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '.ts"}' } },
      { type: "content_block_stop", index: 1 },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9, input_tokens: 0 } },
      { type: "message_stop" },
    ].map((event) => `event: ${event.type}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`);
    const one = await start((_, response) => sendStream(response, events));
    await createClient(one.base).messages.stream(ask("hello")).finalMessage();
    await one.untilLogged(1);

    expect(one.logged[0]?.responseBody).toMatchObject({
      content: [
        { type: "thinking", thinking: "hm", signature: "sig" },
        { type: "tool_use", id: "t", name: "Write", input: { path: "a.ts" } },
      ],
      stop_reason: "tool_use",
    });
    expect(one.meter.entries[0]?.usage).toMatchObject({ inputTokens: 3, outputTokens: 9 });
  });

  it("forwards and logs other endpoints without pricing them", async () => {
    const one = await start((_, response) => sendJson(response, '{"input_tokens":12}'));
    const counted = await createClient(one.base).messages.countTokens({
      model: "claude-opus-5-5",
      messages: [{ role: "user", content: "x" }],
    });

    expect(counted.input_tokens).toBe(12);
    expect(one.meter.entries).toEqual([]);
    await one.untilLogged(1);
    expect(one.logged[0]).toMatchObject({
      endpoint: "/v1/messages/count_tokens",
      outcome: "answered",
      costMicroUsd: 0,
    });
  });

  it("answers checks of connectivity itself", async () => {
    const one = await start((_, response) => sendJson(response, "{}"));
    for (const url of [one.base, `${one.base}/`, one.gateway.url]) {
      expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
    }
    expect(one.upstream.seen).toEqual([]);
  });
});

describe("who may call, and what", () => {
  it("answers 401 in Anthropic's shape without a valid token", async () => {
    const one = await start((_, response) => sendJson(response, wholeMessage({ text: "x" })));
    const token = one.base.slice(-32);
    for (const path of [
      "/v1/messages",
      "/s//v1/messages",
      `/s/${"A".repeat(32)}/v1/messages`,
      `/s/${token}x/v1/messages`,
    ]) {
      const response = await fetch(one.gateway.url + path, { method: "POST", body: JSON.stringify(ask("x")) });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    }
    expect(one.upstream.seen).toEqual([]);
    expect(one.gateway.stats()).toMatchObject({ requests: 0, unauthorized: 4 });
  });

  it("meters every spelling of the priced path and forwards no endpoint it cannot price", async () => {
    const one = await start((_, response) => sendJson(response, wholeMessage({ text: "x" })), { capMicroUsd: 0 });
    const spellings = [
      "/v1/messages",
      "/v1/messages/",
      "//v1//messages",
      "/v1/%6dessages",
      "/v1/Messages",
      "/v1/complete",
    ];
    for (const path of spellings) {
      const response = await fetch(one.base + path, { method: "POST", body: JSON.stringify(ask("x")) });
      expect([path, response.status]).toEqual([path, 403]);
    }
    const climbing = await fetch(`${one.base}/v1/x%2f..%2fmessages`, {
      method: "POST",
      body: JSON.stringify(ask("x")),
    });
    expect(climbing.status).toBe(400);
    expect(one.upstream.seen).toEqual([]);
  });

  it("refuses what it cannot read: broken JSON, no model, too many bytes", async () => {
    const one = await start((_, response) => sendJson(response, wholeMessage({ text: "x" })), { maxBodyBytes: 1000 });
    const post = async (body: string) => {
      const response = await fetch(`${one.base}/v1/messages`, { method: "POST", body });
      const { error } = (await response.json()) as { error: { type: string } };
      return [response.status, error.type];
    };
    expect(await post("{")).toEqual([400, "invalid_request_error"]);
    expect(await post("[]")).toEqual([400, "invalid_request_error"]);
    expect(await post("{}")).toEqual([400, "invalid_request_error"]);
    expect(await post(JSON.stringify(ask("x".repeat(1000))))).toEqual([413, "request_too_large"]);
    expect(one.upstream.seen).toEqual([]);
  });

  it("refuses at the cap before anything is sent, in a way that no client retries", async () => {
    const one = await start((_, response) => sendJson(response, wholeMessage({ text: "x" })), { capMicroUsd: 1000 });
    const failure = await createClient(one.base, 3)
      .messages.create(ask("hello"))
      .catch((error: unknown) => error);

    expect(failure).toMatchObject({ status: 403, error: { error: { type: "permission_error" } } });
    expect(String(failure)).toContain("CCB budget reached: ");
    expect(one.upstream.seen).toEqual([]);
    expect(one.refusals).toMatchObject([{ scope, model: "claude-opus-5-5", capMicroUsd: 1000, spentMicroUsd: 0 }]);
    expect(one.logged).toMatchObject([{ outcome: "refused", status: 403, costMicroUsd: 0 }]);
  });
});
