import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { createScriptedModel } from "@ccb/testing";

await using model = await createScriptedModel({
  rules: [
    {
      when: "You are a poet",
      reply: ({ lastUserText }) => ({ content: [{ type: "text", text: `O ${lastUserText}!` }] }),
    },
  ],
  faults: [{ fault: { fault: "status", status: 529, errorType: "overloaded_error", message: "busy" } }],
});

const client = new Anthropic({ baseURL: model.url, apiKey: "any" });
const system = "You are a poet";
const stream = client.messages.stream({
  model: "claude-opus-5-5",
  max_tokens: 100,
  system,
  messages: [{ role: "user", content: "moon" }],
});
console.log(await stream.finalText());
const statuses = model.requests.map((request) => request.status);
console.log(statuses.join(" "), model.totals().calls);
assert.deepEqual(statuses, [529, 200]);
