/**
 * What holding a session to the policy costs, tool call by tool call: the question before it and the record after it, in a session that has made a thousand calls.
 * Must hold: at most 2 ms in the median.
 */
import type { ToolUse } from "@ccb/core";
import { createEnforcement, defaultPolicy, mandatoryServers } from "@ccb/mcp";

const servers = mandatoryServers({ projectDirectory: "/a/project" });
const subject = {
  firstOfPhase: true,
  lastOfPhase: true,
  size: "L",
  phaseText: "a service with express ".repeat(500),
} as const;
const response = `{"entities":[${'{"name":"x"},'.repeat(600)}{"name":"y"}]}`.slice(0, 8192);
const tools = [
  "Read",
  "Write",
  "Bash",
  "Grep",
  "mcp__memory__create_entities",
  "mcp__git__git_status",
  "mcp__filesystem__write_file",
  "mcp__sequential-thinking__sequentialthinking",
];

const enforcement = createEnforcement({ policy: defaultPolicy, servers, subject, attempt: 1 });
const times: number[] = [];
for (let number = 0; number < 1000; number++) {
  const name = tools[number % tools.length] ?? "Read";
  const server = /^mcp__(.+?)__/.exec(name)?.[1];
  const input = { command: `cat > src/${number}.ts <<'EOF'\n${"const a = 1;\n".repeat(400)}EOF` };
  const use: ToolUse = { id: `${number}`, name, server, input, succeeded: true, response, durationMs: 1, endedAt: "" };
  const started = performance.now();
  enforcement.beforeTool({ id: use.id, name, server, input });
  enforcement.onToolUse(use);
  times.push(performance.now() - started);
}
const startedEnd = performance.now();
enforcement.beforeEnd("session");
const endMs = performance.now() - startedEnd;

const sorted = times.toSorted((left, right) => left - right);
const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0;
console.log(`a tool call   median ${at(0.5).toFixed(4)} ms, 99th percentile ${at(0.99).toFixed(3)} ms`);
console.log(`the end       ${endMs.toFixed(2)} ms after 1000 calls`);
if (at(0.5) > 2) {
  console.error(`expected at most 2 ms a tool call in the median, measured ${at(0.5).toFixed(2)} ms`);
  process.exit(1);
}
