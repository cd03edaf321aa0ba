import { noUsage } from "@ccb/core";
import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { expect, test } from "vitest";
import { renderCallAttributes } from "./_call-attributes.ts";

const call = {
  type: "call-end",
  at: "2026-11-28T10:00:00.000Z",
  scope: { build: "b", phase: "p", task: "t", agent: "claude-code", attempt: 2, session: "s", caller: "subagent:x" },
  model: "claude-opus-5-5",
  askedModel: "opus",
  outcome: "cut",
  usage: {
    ...noUsage,
    inputTokens: 1,
    outputTokens: 5,
    cacheReadTokens: 10,
    cacheWrite5mTokens: 100,
    cacheWrite1hTokens: 1000,
  },
  costMicroUsd: 1_500_000,
  totalMicroUsd: 1_500_000,
  latencyMs: 10,
  firstByteMs: 5,
  status: 200,
  maxTokens: 400,
  responseId: "msg_1",
  stopReason: "end_turn",
} as const;

test("every name under gen_ai. is one of the conventions, and none of them is deprecated", () => {
  const deprecated: string[] = [
    conventions.ATTR_GEN_AI_SYSTEM,
    conventions.ATTR_GEN_AI_PROMPT,
    conventions.ATTR_GEN_AI_COMPLETION,
  ];
  const known = new Set<unknown>(Object.values(conventions).filter((value) => !deprecated.includes(String(value))));
  const used = Object.keys(renderCallAttributes(call)).filter((name) => name.startsWith("gen_ai."));
  expect(used).toHaveLength(14);
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});

test("input tokens count what came from the cache and what was written to it", () => {
  expect(renderCallAttributes(call)).toMatchObject({
    "gen_ai.usage.input_tokens": 1111,
    "gen_ai.usage.output_tokens": 5,
    "gen_ai.usage.cache_read.input_tokens": 10,
    "gen_ai.usage.cache_creation.input_tokens": 1100,
    "gen_ai.request.model": "opus",
    "gen_ai.response.model": "claude-opus-5-5",
    "error.type": "200",
    "ccb.cost.usd": 1.5,
  });
});

test("what is not known is no attribute", () => {
  const { status: _status, responseId: _id, firstByteMs: _first, ...rest } = call;
  const attributes = renderCallAttributes({ ...rest, outcome: "answered", costMicroUsd: undefined });
  expect(Object.keys(attributes)).not.toEqual(expect.arrayContaining(["error.type"]));
  for (const name of ["ccb.cost.usd", "gen_ai.response.id", "error.type", "http.response.status_code"])
    expect(attributes).not.toHaveProperty(name);
});
