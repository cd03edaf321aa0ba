import assert from "node:assert/strict";
import { createAnthropicModel } from "@ccb/models";
import { createScriptedModel } from "@ccb/testing";
import { z } from "zod";

// Stands in for the API, so that this runs without a key. Its first answer is wrong.
const say = (text: string) => ({ content: [{ type: "text" as const, text }] });
const server = await createScriptedModel({
  rules: [
    { when: "geography", times: 1, reply: say('{"city": "Bern", "people": "many"}') },
    { when: "geography", reply: say('{"city": "Bern", "people": 137000}') },
  ],
});

const model = createAnthropicModel({ model: "claude-opus-5-5", baseUrl: server.url, apiKey: "sk-any" });
const { value, calls } = await model.generate({
  system: "You know geography.",
  prompt: "The capital of Switzerland?",
  schema: z.object({ city: z.string(), people: z.int() }),
  scope: { build: "example", phase: undefined, task: undefined, agent: "geographer" },
});
await server.close();

console.log(`${value.city}: ${value.people} people, after ${calls} calls`);
assert.deepEqual({ value, calls }, { value: { city: "Bern", people: 137000 }, calls: 2 });
