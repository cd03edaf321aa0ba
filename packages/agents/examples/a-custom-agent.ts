import assert from "node:assert/strict";
import { defineAgent, renderPromptSection } from "@ccb/core";
import { createAnthropicModel } from "@ccb/models";
import { createScriptedModel } from "@ccb/testing";
import { z } from "zod";

const riskReviewer = defineAgent({
  name: "risk-reviewer",
  description: "Names the risks of a specification.",
  system: "You are a careful reviewer of specifications. Name at most three risks, the worst first.",
  prompt: (input: { text: string }) => renderPromptSection({ name: "specification", content: input.text }),
  output: z.object({ risks: z.array(z.string()).max(3) }),
  check: ({ risks }) => (risks.length === 0 ? ["Every specification has a risk; name one."] : []),
});

// Stands in for the API, so that this runs without a key; with one, take its URL instead.
const text = JSON.stringify({ risks: ["Nobody says who may delete a book."] });
const server = await createScriptedModel({
  rules: [{ when: "careful reviewer", reply: { content: [{ type: "text", text }] } }],
});
const model = createAnthropicModel({ model: "claude-opus-5-5", baseUrl: server.url, apiKey: "sk-any" });
const { value } = await riskReviewer.run({ text: "# Book Shelf\n\nKeeps books." }, { model });
await server.close();

console.log(value.risks.join("\n"));
assert.deepEqual(value.risks, ["Nobody says who may delete a book."]);
