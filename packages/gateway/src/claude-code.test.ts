import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { query, type SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startGateway } from "./_testing/start-gateway.ts";
import { type SeenRequest, sendStream, streamEvents } from "./_testing/start-upstream.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-gateway-"));
  mkdirSync(join(folder, "home"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A session of the real Claude Code against a gateway; its last result. */
async function runSession(baseUrl: string): Promise<SDKResultMessage | undefined> {
  let result: SDKResultMessage | undefined;
  const session = query({
    prompt: "Look around.",
    options: {
      cwd: folder,
      env: {
        HOME: join(folder, "home"),
        PATH: process.env.PATH,
        ANTHROPIC_BASE_URL: baseUrl,
        ANTHROPIC_API_KEY: "sk-ant-dummy",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
        DISABLE_TELEMETRY: "1",
        DISABLE_AUTOUPDATER: "1",
      },
      model: "claude-opus-5-5",
      settingSources: [],
      strictMcpConfig: true,
      tools: ["Agent", "Bash", "WebSearch"],
      allowedTools: ["Agent", "Bash", "WebSearch"],
      permissionMode: "dontAsk",
      maxTurns: 6,
      agents: { counter: { description: "counts files", prompt: "You count files.", tools: ["Bash"] } },
    },
  });
  try {
    for await (const message of session) if (message.type === "result") result = message;
  } catch (error) {
    // With a text prompt an error result is yielded first, and then thrown.
    if (!result) throw error;
  }
  return result;
}

function toolUse(tool: { index: number; name: string; input: object }): string[] {
  const { index, name, input } = tool;
  const block = { type: "tool_use", id: `toolu_0${index}`, name, input: {} };
  return [
    { type: "content_block_start", index, content_block: block },
    { type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json: JSON.stringify(input) } },
    { type: "content_block_stop", index },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

test("the calls of a real session's subagent and of its web search are booked under their own names", async () => {
  let asked = 0;
  const one = await startGateway(({ json }: SeenRequest, response) => {
    asked += 1;
    const model = String(json.model);
    const text = streamEvents({ text: "done", id: `msg_${asked}`, model });
    if (asked > 1) return sendStream(response, text);
    const tools = [
      {
        index: 0,
        name: "Agent",
        input: { description: "count", prompt: "Count all files.", subagent_type: "counter" },
      },
      { index: 1, name: "WebSearch", input: { query: "what is a gateway" } },
    ];
    const [start = "", , , , end = "", stop = ""] = text;
    sendStream(response, [start, ...tools.flatMap(toolUse), end.replace("end_turn", "tool_use"), stop]);
  });
  try {
    const result = await runSession(one.base);
    expect(result).toMatchObject({ subtype: "success", is_error: false });
    const callers = one.booked.map(({ entry }) => entry.scope.caller ?? "conversation");
    expect(callers.toSorted()).toEqual(["background:web-search", "conversation", "conversation", "subagent:counter"]);
    const sessions = new Set(one.booked.map(({ entry }) => entry.scope.session));
    expect([...sessions]).toEqual([result?.session_id]);
    expect(one.logged).toHaveLength(one.booked.length);
    expect(asked).toBe(4);
  } finally {
    await one.close();
  }
});

test("a refusal at the cap ends a real session at once, and the session's result says why", async () => {
  const one = await startGateway((_, response) => sendStream(response, streamEvents({ text: "never" })), {
    capMicroUsd: 1_000,
  });
  try {
    const result = await runSession(one.base);
    expect(result).toMatchObject({ is_error: true, num_turns: 1 });
    expect(JSON.stringify(result)).toContain("CCB budget reached: the next call may cost");
    expect(one.upstream.seen.filter(({ method }) => method === "POST")).toEqual([]);
    expect(one.refusals).toHaveLength(1);
  } finally {
    await one.close();
  }
});
