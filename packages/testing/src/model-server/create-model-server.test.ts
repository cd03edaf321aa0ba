import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { waitFor } from "../_test-project.ts";
import type { Answer } from "./answer.ts";
import { createModelServer, type ModelServer, type ModelServerOptions } from "./create-model-server.ts";

const servers: ModelServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: ModelServerOptions): Promise<{ server: ModelServer; client: Anthropic }> {
  const server = await createModelServer(options);
  servers.push(server);
  return { server, client: new Anthropic({ baseURL: server.url, apiKey: "test-key", maxRetries: 0 }) };
}

const ask = { model: "claude-opus-5-5", max_tokens: 1000, messages: [{ role: "user" as const, content: "Hello" }] };
const text = (value: string): Answer => ({ content: [{ type: "text", text: value }] });

test("the official SDK reads a whole and a streamed answer alike", async () => {
  const { server, client } = await start({
    answer: () => ({
      content: [
        { type: "text", text: "Grüße 🎈 und mehr Text als ein Teil." },
        { type: "tool_use", name: "Write", input: { path: "a.txt", content: "x".repeat(50) } },
      ],
      usage: { inputTokens: 10, outputTokens: 20, cacheReadTokens: 3, cacheWrite5mTokens: 4, cacheWrite1hTokens: 5 },
    }),
  });
  const whole = await client.messages.create(ask);
  const streamed = await client.messages.stream(ask).finalMessage();
  expect(whole.id).toBe("msg_000001");
  expect(streamed.id).toBe("msg_000002");
  expect(streamed.content).toMatchObject([
    { type: "text", text: "Grüße 🎈 und mehr Text als ein Teil." },
    { type: "tool_use", id: "toolu_000002_02", name: "Write", input: { path: "a.txt", content: "x".repeat(50) } },
  ]);
  expect(whole.content[0]).toMatchObject({ text: "Grüße 🎈 und mehr Text als ein Teil." });
  expect(streamed.stop_reason).toBe("tool_use");
  expect(streamed.usage).toMatchObject({ input_tokens: 10, output_tokens: 20, cache_read_input_tokens: 3 });
  expect(whole.usage.cache_creation).toEqual({ ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 5 });
  expect(server.totals()).toEqual({
    calls: 2,
    inputTokens: 20,
    outputTokens: 40,
    cacheReadTokens: 6,
    cacheWrite5mTokens: 8,
    cacheWrite1hTokens: 10,
    webSearchRequests: 0,
  });
});

test("structured output arrives parsed, and the format is in the request", async () => {
  const { server, client } = await start({ answer: () => text('{"name":"Ada","age":36}') });
  const schema = z.object({ name: z.string(), age: z.int() });
  const message = await client.messages.parse({ ...ask, output_config: { format: zodOutputFormat(schema) } });
  expect(message.parsed_output).toEqual({ name: "Ada", age: 36 });
  expect(server.requests[0]?.request?.output_config?.format?.schema).toMatchObject({ type: "object" });
});

test("invalid JSON is an answer that does not parse, streamed or not, and is billed", async () => {
  const content = [{ type: "text" as const, text: '{"name":"Ada","age":36}' }];
  const { server, client } = await start({ answer: () => ({ fault: "invalid-json", content }) });
  const whole = await client.messages.create(ask);
  const streamed = await client.messages.stream(ask).finalMessage();
  expect(whole.content).toEqual(streamed.content);
  expect(whole.content).toMatchObject([{ text: '{"name":"Ada' }]);
  expect(server.totals().calls).toBe(2);
});

test("the SDK retries a 429 after the time that the answer names", async () => {
  const { server, client } = await start({
    answer: (_request, { number }) =>
      number === 1
        ? {
            fault: "status",
            status: 429,
            errorType: "rate_limit_error",
            message: "slow down",
            headers: { "retry-after": "0" },
          }
        : text("now"),
  });
  const message = await client.messages.create(ask, { maxRetries: 1 });
  expect(message.content).toMatchObject([{ text: "now" }]);
  expect(server.requests.map((request) => request.status)).toEqual([429, 200]);
  expect(server.totals().calls).toBe(1);
});

test("a cut stream bills what the client has been told", async () => {
  const content = [{ type: "text" as const, text: "A sentence of some length that comes in parts." }];
  const usage = { inputTokens: 100, outputTokens: 50 };
  const { server, client } = await start({ answer: () => ({ fault: "cut", afterChunks: 4, content, usage }) });
  const stream = client.messages.stream(ask);
  let seen = "";
  stream.on("text", (delta) => {
    seen += delta;
  });
  await expect(stream.finalMessage()).rejects.toThrow();
  expect(seen).toBe("A sentence of so");
  expect(server.requests[0]).toMatchObject({ outcome: "cut", billed: { inputTokens: 100, outputTokens: 1 } });
  await expect(client.messages.create(ask)).rejects.toThrow();
  expect(server.totals()).toMatchObject({ calls: 1, inputTokens: 100, outputTokens: 1 });
});

test("a stall sends nothing more until the client gives up", async () => {
  const { server, client } = await start({
    answer: (_request, { number }) => (number === 1 ? { fault: "stall" } : { fault: "stall", afterChunks: 2 }),
  });
  await expect(client.messages.create(ask, { timeout: 200 })).rejects.toThrow("timed out");
  const stream = client.messages.stream(ask);
  await new Promise<void>((resolve) => stream.on("streamEvent", () => resolve()));
  stream.abort();
  await expect(stream.finalMessage()).rejects.toThrow("aborted");
  expect(server.requests.map((request) => request.outcome)).toEqual(["stalled", "stalled"]);
  expect(server.totals().calls).toBe(1);
});

test("a client that leaves before the answer pays nothing", async () => {
  let isGone = false;
  const { server, client } = await start({
    answer: (_request, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          isGone = true;
          resolve(text("too late"));
        });
      }),
  });
  await expect(client.messages.create(ask, { timeout: 200 })).rejects.toThrow("timed out");
  await waitFor(() => isGone && server.requests[0]?.outcome === "cut");
  expect(server.totals()).toMatchObject({ calls: 0, inputTokens: 0 });
});

test("usage is counted from characters, and earlier prefixes as cache reads only if asked", async () => {
  const system = [{ type: "text" as const, text: "s".repeat(400) }];
  const first = { ...ask, system, messages: [{ role: "user" as const, content: "a".repeat(100) }] };
  const turn = { role: "assistant" as const, content: "b".repeat(100) };
  const second = { ...first, messages: [...first.messages, turn, { role: "user" as const, content: "c".repeat(100) }] };
  const plain = await start({ answer: () => text("x".repeat(40)) });
  const { usage } = await plain.client.messages.create(first);
  // {"type":"text","text":"…"} adds 25 characters to each block; 4 characters are a token, rounded up.
  expect(usage).toMatchObject({ input_tokens: 107 + 32, output_tokens: 10, cache_read_input_tokens: 0 });
  expect(await plain.client.messages.countTokens(first)).toEqual({ input_tokens: 139 });
  expect(plain.server.totals()).toMatchObject({ calls: 1, inputTokens: 139 });

  const cached = await start({ answer: () => text("ok"), countCache: true });
  const one = await cached.client.messages.create(first);
  const two = await cached.client.messages.create(second);
  expect(one.usage).toMatchObject({ input_tokens: 32, cache_creation_input_tokens: 107, cache_read_input_tokens: 0 });
  expect(two.usage).toMatchObject({ input_tokens: 32, cache_creation_input_tokens: 32, cache_read_input_tokens: 139 });
});

test("models are listed and unknown ones refused", async () => {
  const { client } = await start({ answer: () => text("ok"), models: ["model-a", "model-b"] });
  const listed = await client.models.list();
  expect(listed.data.map((model) => model.id)).toEqual(["model-a", "model-b"]);
  expect((await client.models.retrieve("model-b")).id).toBe("model-b");
  await expect(client.models.retrieve("model-c")).rejects.toMatchObject({ status: 404 });
  await expect(client.messages.create(ask)).rejects.toMatchObject({ status: 404 });
});

test("keys: either header, any key unless some are given", async () => {
  const open = await start({ answer: () => text("ok") });
  const closed = await start({ answer: () => text("ok"), apiKeys: ["right"] });
  const send = async (server: ModelServer, headers: Record<string, string>) =>
    (await fetch(`${server.url}/v1/messages?beta=true`, { method: "POST", headers, body: JSON.stringify(ask) })).status;
  expect(await send(open.server, {})).toBe(401);
  expect(await send(open.server, { "x-api-key": "any" })).toBe(200);
  expect(await send(open.server, { authorization: "Bearer any" })).toBe(200);
  expect(await send(closed.server, { "x-api-key": "wrong" })).toBe(401);
  expect(await send(closed.server, { authorization: "Bearer right" })).toBe(200);
  await expect(closed.client.messages.create(ask)).rejects.toThrow(APIError);
});

const user = { role: "user", content: "Hello" };
const use = { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "Bash", input: {} }] };

test.each([
  ["POST", "/v1/messages", "{", 400, /not valid JSON/],
  ["POST", "/v1/messages", "[]", 400, /must be a JSON object/],
  ["POST", "/v1/messages", { max_tokens: 1, messages: [user] }, 400, /^model: Field required$/],
  ["POST", "/v1/messages", { model: "m", messages: [user] }, 400, /^max_tokens: Field required$/],
  ["POST", "/v1/messages", { model: "m", max_tokens: 0, messages: [user] }, 400, /^max_tokens: /],
  ["POST", "/v1/messages", { model: "m", max_tokens: 1 }, 400, /^messages: Field required$/],
  ["POST", "/v1/messages", { model: "m", max_tokens: 1, messages: [] }, 400, /at least one message/],
  ["POST", "/v1/messages", { model: "m", max_tokens: 1, messages: [{ role: "bot" }] }, 400, /^messages\.0\.role/],
  ["POST", "/v1/messages", { model: "m", max_tokens: 1, messages: [{ role: "user" }] }, 400, /^messages\.0\.content/],
  [
    "POST",
    "/v1/messages",
    { model: "m", max_tokens: 1, messages: [user, use, user] },
    400,
    /without `tool_result`.*t1/,
  ],
  ["POST", "/v1/messages", { model: "m", max_tokens: 1, messages: [user], tools: [{}] }, 400, /^tools: /],
  ["GET", "/v1/messages", undefined, 405, /use POST/],
  ["GET", "/v1/nothing", undefined, 404, /\/v1\/nothing/],
  ["POST", "/v1/messages", "x".repeat(33 * 1024 * 1024), 413, /32 MiB/],
])("%s %s %o is refused with %i", { timeout: 20_000 }, async (method, path, body, status, message) => {
  const { server } = await start({ answer: () => text("ok") });
  const payload = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(server.url + path, { method, body: payload, headers: { "x-api-key": "k" } });
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({
    type: "error",
    error: { type: expect.stringMatching(/_error$|too_large$/), message: expect.stringMatching(message) },
    request_id: "req_000001",
  });
  expect(server.totals().calls).toBe(0);
});

test("a throw in the answer function is a 500 that says so, and the server goes on", async () => {
  const { server, client } = await start({
    answer: (_request, { number }) => {
      if (number === 1) throw new Error("no idea");
      return text("fine");
    },
  });
  await expect(client.messages.create(ask)).rejects.toThrow(/500.*no idea/);
  expect((await client.messages.create(ask)).content).toMatchObject([{ text: "fine" }]);
  expect(server.requests).toHaveLength(2);
});

test("300 KB of tool input come in few events", async () => {
  const content = "0123456789".repeat(30_000);
  const { server } = await start({
    answer: () => ({ content: [{ type: "tool_use", name: "Write", input: { content } }] }),
    record: false,
  });
  const body = JSON.stringify({ ...ask, stream: true });
  const response = await fetch(`${server.url}/v1/messages`, { method: "POST", body, headers: { "x-api-key": "k" } });
  const events = (await response.text()).split("\n\n").filter((event) => event !== "");
  expect(events.length).toBeLessThan(20);
  const deltas = events.map(
    (event) => JSON.parse(event.slice(event.indexOf("data: ") + 6)) as { delta?: { partial_json?: string } },
  );
  expect(JSON.parse(deltas.map((event) => event.delta?.partial_json ?? "").join(""))).toEqual({ content });
  expect(server.requests).toEqual([]);
  expect(server.totals().calls).toBe(1);
});

test("a port that is taken is a clear error", async () => {
  const { server } = await start({ answer: () => text("ok") });
  await expect(createModelServer({ answer: () => text("ok"), port: server.port })).rejects.toMatchObject({
    code: "io-failed",
    message: expect.stringContaining(String(server.port)),
  });
});
