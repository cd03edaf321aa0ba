import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { query, type SDKMessage } from "@anthropic-ai/claude-agent-sdk";
import { expect, test } from "vitest";
import { createTestProject } from "../_test-project.ts";
import { createScriptedModel } from "./create-scripted-model.ts";

test("the real Claude Code writes a file, runs a command and ends, as the script says", async () => {
  await using project = await createTestProject();
  const home = join(project.cwd, "home");
  const work = join(project.cwd, "work");
  await mkdir(home);
  await mkdir(work);
  const path = join(work, "hello.mjs");
  await using model = await createScriptedModel({
    rules: [
      {
        when: ({ agent, turns, hasTool, lastUserText }) =>
          agent === "builder" && turns === 0 && hasTool("Write") && lastUserText === "Print the answer.",
        reply: {
          content: [{ type: "tool_use", name: "Write", input: { file_path: path, content: "console.log(6 * 7)\n" } }],
        },
      },
      {
        when: ({ toolResults }) => toolResults.some((use) => use.name === "Write" && !use.isError),
        reply: {
          content: [{ type: "tool_use", name: "Bash", input: { command: "node hello.mjs", description: "Run it" } }],
        },
      },
      {
        when: ({ toolResults }) => toolResults.some((use) => use.name === "Bash"),
        reply: ({ toolResults }) => ({
          content: [{ type: "text", text: `It printed ${toolResults[0]?.result?.trim()}.` }],
        }),
      },
    ],
    faults: [
      {
        fault: {
          fault: "status",
          status: 429,
          errorType: "rate_limit_error",
          message: "slow down",
          headers: { "retry-after": "0" },
        },
      },
    ],
  });
  const messages: SDKMessage[] = [];
  const session = query({
    prompt: "Print the answer.",
    options: {
      cwd: work,
      env: {
        HOME: home,
        PATH: process.env.PATH,
        ANTHROPIC_BASE_URL: model.url,
        ANTHROPIC_API_KEY: "sk-ant-scripted-model",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        DISABLE_TELEMETRY: "1",
        DISABLE_AUTOUPDATER: "1",
      },
      model: "claude-opus-5-5",
      settingSources: [],
      strictMcpConfig: true,
      tools: ["Write", "Bash"],
      allowedTools: ["Write", "Bash"],
      permissionMode: "dontAsk",
      systemPrompt: {
        type: "preset",
        preset: "claude_code",
        append: "You are the builder of CCB (Claude Code Builder).",
      },
      maxTurns: 8,
    },
  });
  for await (const message of session) messages.push(message);
  const result = messages.findLast((message) => message.type === "result");
  expect(result).toMatchObject({ subtype: "success", is_error: false, result: "It printed 42." });
  expect(await readFile(path, "utf8")).toBe("console.log(6 * 7)\n");
  const answered = model.requests.filter((request) => request.outcome === "answered");
  expect(model.requests[0]).toMatchObject({ status: 429, outcome: "error" });
  expect(answered).toHaveLength(3);
  const { calls, inputTokens, outputTokens } = model.totals();
  expect(calls).toBe(3);
  expect(result?.usage).toMatchObject({ input_tokens: inputTokens, output_tokens: outputTokens });
});
