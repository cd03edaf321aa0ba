import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createAnthropicModel } from "@ccb/models";
import { z } from "zod";

// A stand-in for the API, so that this runs without a key; with one, use https://api.anthropic.com.
const answers = ['{"city": "Bern", "people": "many"}', '{"city": "Bern", "people": 137000}'];
const server = createServer((_request, response) => {
  const message = { model: "claude-opus-5-5", usage: { input_tokens: 20, output_tokens: 0 } };
  const events = [
    { type: "message_start", message },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: answers.shift() } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 12 } },
    { type: "message_stop" },
  ];
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
assert(typeof address === "object" && address !== null);

const model = createAnthropicModel({
  model: "claude-opus-5-5",
  baseUrl: `http://127.0.0.1:${address.port}`,
  apiKey: "any",
});
const { value, calls, usage } = await model.generate({
  system: "You know geography.",
  prompt: "The capital of Switzerland?",
  schema: z.object({ city: z.string(), people: z.int() }),
  scope: { build: "example", phase: undefined, task: undefined, agent: "geographer" },
});
server.close();

process.stdout.write(`${value.city}, ${value.people} people (${calls} calls, ${usage.inputTokens} tokens in)\n`);
assert.deepEqual(value, { city: "Bern", people: 137000 });
assert.equal(calls, 2);
