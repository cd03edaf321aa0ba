// Cuts a specification for a small window and lets a model summarise each chunk; where it fails, the summary by rule stays.
// Run: node --conditions=ccb-source examples/summarize-with-a-model.ts          a scripted model, no key
//      ANTHROPIC_API_KEY=… node --conditions=ccb-source examples/summarize-with-a-model.ts --real
import assert from "node:assert/strict";
import { join } from "node:path";
import { chunkSpec, loadSpec } from "@ccb/context";
import { createModelSummarizer, summarizeChunks } from "@ccb/context/summaries";
import { createAnthropicModel } from "@ccb/models";
import { createScriptedModel } from "@ccb/testing";

const real = process.argv.includes("--real");
const scripted = await createScriptedModel({
  rules: [{ when: () => true, reply: { content: [{ type: "text", text: "What this part asks for, in few words." }] } }],
  faults: [
    {
      when: ({ firstUserText }) => firstUserText.includes("## 5. Errors"),
      fault: { fault: "status", status: 400, errorType: "invalid_request_error", message: "Not today." },
    },
  ],
});
const model = createAnthropicModel({
  model: "claude-haiku-5-5",
  baseUrl: real ? "https://api.anthropic.com" : scripted.url,
  apiKey: real ? (process.env.ANTHROPIC_API_KEY ?? "") : "scripted",
});

const spec = await loadSpec({ source: join(import.meta.dirname, "specs", "task-tracker.md") });
const { chunks } = chunkSpec(spec.text, { windowTokens: 1500 });
const scope = { build: "example", phase: undefined, task: undefined, agent: "summarizer" };
const result = await summarizeChunks({ chunks, summarize: createModelSummarizer({ model, scope }) });
await scripted.close();

for (const chunk of result.chunks) console.log(`${chunk.navigation.position}: ${chunk.summary}`);
for (const warning of result.warnings) console.log(warning);
assert.equal(result.chunks.map((chunk) => chunk.text).join(""), spec.text);
assert.ok(result.chunks.length > 2);
if (!real) assert.equal(result.warnings.length, 1);
