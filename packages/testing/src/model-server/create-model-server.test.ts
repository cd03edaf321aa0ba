import Anthropic from "@anthropic-ai/sdk";
import { afterEach, expect, test } from "vitest";
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
  const stream = client.messages.stream(ask);
  const streamed = await stream.finalMessage();
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
  expect(server.totals()).toMatchObject({ calls: 2, inputTokens: 20, outputTokens: 40, cacheWrite1hTokens: 10 });
});
