import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClaudeCodeExecutor } from "@ccb/claude-code";
import { startModelServer } from "../test-support/model-server.ts";

const cwd = mkdtempSync(join(tmpdir(), "ccb-example-project-"));
const homeDirectory = mkdtempSync(join(tmpdir(), "ccb-example-home-"));
// Stands for a gateway in front of a model: writes one file, then says that it is done.
const write = { name: "Write", input: { file_path: join(cwd, "hello.txt"), content: "Hello" } };
const model = await startModelServer((turn) => (turn.number === 1 ? { tools: [write] } : { text: "Done." }));

const executor = createClaudeCodeExecutor({ environment: { PATH: process.env.PATH ?? "" }, homeDirectory });
const result = await executor.runTask({
  prompt: "Write hello.txt.",
  systemAppend: "You build what the task says.",
  cwd,
  model: "claude-opus-5-5",
  baseUrl: model.url,
  mcpServers: [],
  limits: { maxTurns: 20, idleMs: 60_000, totalMs: 120_000 },
  onToolUse: (use) => console.log(`${use.name}: ${use.succeeded ? "succeeded" : use.response}`),
});
console.log(`${result.status}: ${result.reason}`);

assert.equal(readFileSync(join(cwd, "hello.txt"), "utf8"), "Hello");
await model.close();
for (const folder of [cwd, homeDirectory]) rmSync(folder, { recursive: true });
