import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiCall, type Clock, noUsage } from "@ccb/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApiCallLog } from "./create-api-call-log.ts";
import { createRedactor } from "./redact/create-redactor.ts";

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "ccb-calls-")), "logs", "api_calls");
});
afterEach(() => rmSync(join(directory, "..", ".."), { recursive: true }));

const clock: Clock = { now: () => new Date("2026-11-21T10:11:12.000Z"), monotonicMs: () => 0 };
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8")) as Record<string, unknown>;

function makeCall(change: Partial<ApiCall> = {}): ApiCall {
  return {
    callNumber: 1,
    at: "2026-11-21T10:11:13.000Z",
    endpoint: "/v1/messages",
    model: "claude-opus-5-5",
    scope: { build: "b", phase: "p1", task: undefined, agent: "spec-analyzer" },
    requestBody: {
      model: "claude-opus-5-5",
      max_tokens: 10,
      messages: [{ role: "user", content: "hi" }],
      thinking: { type: "adaptive" },
    },
    responseBody: {
      id: "msg_1",
      stop_reason: "tool_use",
      content: [
        { type: "text", text: "hello" },
        { type: "tool_use", id: "t", name: "Write", input: { path: "a" } },
      ],
      usage: { input_tokens: 3 },
    },
    status: 200,
    outcome: "answered",
    usage: { ...noUsage, inputTokens: 3, outputTokens: 4, cacheReadTokens: 5 },
    costMicroUsd: 1_234,
    latencyMs: 12.5,
    firstByteMs: 2.5,
    streamChunks: 6,
    ...change,
  };
}

describe("createApiCallLog", () => {
  it("writes request and response in full, and a line to the summary", async () => {
    const log = createApiCallLog({ directory, clock });
    await log.write(makeCall());

    expect(log.sessionDirectory).toBe(join(directory, "session_20261121_101112"));
    expect(readJson(log.sessionDirectory, "call_0001.json")).toEqual({
      timestamp: "2026-11-21T10:11:13.000Z",
      call_id: "session_20261121_101112/call_0001",
      call_number: 1,
      endpoint: "/v1/messages",
      model: "claude-opus-5-5",
      outcome: "answered",
      status: 200,
      cost_usd: 0.001234,
      request: {
        messages: [{ role: "user", content: "hi" }],
        system: null,
        temperature: null,
        max_tokens: 10,
        tools: null,
        model: "claude-opus-5-5",
        thinking: { type: "adaptive" },
      },
      response: {
        content: [
          { type: "text", text: "hello" },
          { type: "tool_use", id: "t", name: "Write", input: { path: "a" } },
        ],
        tool_calls: [{ type: "tool_use", id: "t", name: "Write", input: { path: "a" } }],
        usage: {
          input_tokens: 3,
          output_tokens: 4,
          total_tokens: 12,
          cache_read_input_tokens: 5,
          cache_creation_5m_input_tokens: 0,
          cache_creation_1h_input_tokens: 0,
          web_search_requests: 0,
        },
        id: "msg_1",
        stop_reason: "tool_use",
      },
      performance: { latency_ms: 12.5, first_byte_ms: 2.5, stream_chunks: 6 },
      context: { build: "b", phase: "p1", task: null, agent: "spec-analyzer" },
    });
    expect(readJson(log.sessionDirectory, "session_summary.jsonl")).toEqual({
      timestamp: "2026-11-21T10:11:13.000Z",
      call_number: 1,
      endpoint: "/v1/messages",
      model: "claude-opus-5-5",
      tokens: 12,
      latency_ms: 12.5,
      cost: 0.001234,
      outcome: "answered",
      status: 200,
      agent: "spec-analyzer",
      phase: "p1",
      task: null,
    });
  });

  it("shows an unknown price as null and keeps bodies that are no objects", async () => {
    const log = createApiCallLog({ directory, clock });
    await log.write(
      makeCall({ costMicroUsd: undefined, status: undefined, requestBody: "text", responseBody: undefined }),
    );
    expect(readJson(log.sessionDirectory, "call_0001.json")).toMatchObject({
      cost_usd: null,
      status: null,
      request: { messages: null, body: "text" },
      response: { content: [], tool_calls: [] },
    });
  });

  it("never overwrites a session or a call", async () => {
    const first = createApiCallLog({ directory, clock });
    const second = createApiCallLog({ directory, clock });
    await first.write(makeCall({ model: "one" }));
    await first.write(makeCall({ model: "two" }));
    await second.write(makeCall({ callNumber: 12_345 }));

    expect(readdirSync(directory).sort()).toEqual(["session_20261121_101112", "session_20261121_101112_2"]);
    expect(readJson(first.sessionDirectory, "call_0001.json").model).toBe("one");
    expect(readJson(first.sessionDirectory, "call_0001_2.json")).toMatchObject({
      model: "two",
      call_id: "session_20261121_101112/call_0001_2",
    });
    expect(readdirSync(second.sessionDirectory)).toContain("call_12345.json");
  });

  it("lets neither a known key nor anything in the form of one reach the disk", async () => {
    const known = "moonshot/key+with=signs";
    const log = createApiCallLog({ directory, redact: createRedactor({ secrets: () => [known] }) });
    const file = `OPENAI_API_KEY\nsk-proj-abcdefghijklmnopqrstuvwxyz\nghp_${"a1".repeat(18)}\n${known}`;
    await log.write(
      makeCall({
        requestBody: {
          messages: [{ role: "user", content: [{ type: "tool_result", content: JSON.stringify({ file }) }] }],
        },
        responseBody: { content: [{ type: "text", text: `${file} ${encodeURIComponent(known)}` }] },
        model: known,
      }),
    );

    const all = readdirSync(log.sessionDirectory)
      .map((name) => readFileSync(join(log.sessionDirectory, name), "utf8"))
      .join("");
    for (const secret of [known, encodeURIComponent(known), "sk-proj", "ghp_"]) expect(all).not.toContain(secret);
  });
});
