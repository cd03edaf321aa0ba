import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noUsage } from "@ccb/core";
import { createApiCallLog, createRedactor } from "@ccb/logging";

const key = "a-key-of-some-provider/with+signs";
const directory = mkdtempSync(join(tmpdir(), "calls-"));
const log = createApiCallLog({ directory, redact: createRedactor({ secrets: () => [key] }) });

await log.write({
  callNumber: 1,
  at: new Date().toISOString(),
  endpoint: "/v1/messages",
  model: "claude-opus-5-5",
  scope: { build: "b1", phase: undefined, task: "greeting", agent: "my-agent" },
  requestBody: { max_tokens: 50, messages: [{ role: "user", content: `Greet me. My key is ${key}.` }] },
  responseBody: { id: "msg_1", content: [{ type: "text", text: "Hello!" }] },
  status: 200,
  outcome: "answered",
  usage: { ...noUsage, inputTokens: 20, outputTokens: 3 },
  costMicroUsd: 140,
  latencyMs: 812,
  firstByteMs: 350,
  streamChunks: 4,
});

const call = readFileSync(join(log.sessionDirectory, "call_0001.json"), "utf8");
const summary = JSON.parse(readFileSync(join(log.sessionDirectory, "session_summary.jsonl"), "utf8"));
console.log(readdirSync(log.sessionDirectory).join(", "));
console.log(JSON.parse(call).request.messages[0].content);
console.log(
  `call ${summary.call_number}: ${summary.tokens} tokens, $${summary.cost}, ${summary.outcome}, ${summary.task}`,
);
assert(!call.includes(key));
assert.equal(summary.cost, 0.00014);
rmSync(directory, { recursive: true });
