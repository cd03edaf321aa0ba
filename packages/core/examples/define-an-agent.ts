// Defines an agent and asks it, with a model that is a plain object.
// Run: node --conditions=ccb-source packages/core/examples/define-an-agent.ts
import assert from "node:assert/strict";
import { defineAgent, type Model, noUsage } from "@ccb/core";

const titler = defineAgent<{ text: string }>({
  name: "titler",
  description: "Gives a text a title.",
  system: "You give texts short titles.",
  prompt: ({ text }) => `Give this text a title:\n${text}`,
});

/** Any object with this shape is a model; `createAnthropicModel` of `@ccb/models` makes the real one. */
const model: Model = {
  id: "first-words",
  info: undefined,
  async generate<T>({ prompt }: { prompt: string }) {
    const title = prompt.split("\n")[1]?.split(" ").slice(0, 3).join(" ");
    return { value: title as T, usage: noUsage, model: "first-words", calls: 1 };
  },
};

const { value } = await titler.run({ text: "Plants need water every day." }, { model });
console.log(value);
assert.equal(value, "Plants need water");
