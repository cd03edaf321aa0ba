import type { CallScope } from "@ccb/core";
import { expect, test } from "vitest";
import { createCallerBook } from "./create-caller-book.ts";

const scope: CallScope = { build: "b", phase: "p", task: "t", agent: "claude-code" };
const session = "2c6c30ec-8fb8-4dd1-ab66-283844ffb14c";
const own = { "x-claude-code-session-id": session };
const client = [{ name: "Bash", input_schema: {} }];
const says = (text: string) => [{ role: "user", content: [{ type: "text", text }] }];
const subagent = (id: string, text: string) => ({
  headers: { ...own, "x-claude-code-agent-id": id },
  body: { tools: client, messages: says(`<system-reminder>…</system-reminder>\n${text}`) },
});
const launch = (prompt: string, kind?: string) => ({
  content: [
    { type: "tool_use", name: "Agent", input: { prompt, ...(kind === undefined ? {} : { subagent_type: kind }) } },
  ],
});

test("a call that is not Claude Code's keeps its scope", () => {
  const book = createCallerBook();
  expect(book.attribute(scope, { headers: { "user-agent": "curl" }, body: {} })).toBe(scope);
});

test("a subagent is named after the call of Agent that its prompt came from, in all its calls", () => {
  const book = createCallerBook();
  const main = book.attribute(scope, { headers: own, body: { tools: client, messages: says("Do it") } });
  expect(main).toEqual({ ...scope, session });
  book.learn(main, launch("count the files", "counter"));
  book.learn(main, launch("look around"));
  const callerOf = (id: string, text: string) => book.attribute(scope, subagent(id, text)).caller;
  expect(callerOf("a2", "look around")).toBe("subagent:general-purpose");
  expect(callerOf("a1", "count the files")).toBe("subagent:counter");
  expect(callerOf("a1", "the context was compacted: go on")).toBe("subagent:counter");
  expect(callerOf("a3", "nobody asked for this")).toBe("subagent:unnamed");
});

test("what another session launched is not this one's", () => {
  const book = createCallerBook();
  book.learn({ ...scope, session: "another" }, launch("look around", "spy"));
  expect(book.attribute(scope, subagent("a1", "look around")).caller).toBe("subagent:unnamed");
});

test("a name that a model makes up cannot write what it likes into the ledger", () => {
  const book = createCallerBook();
  book.learn({ ...scope, session }, launch("p", "x\n<script>"));
  expect(book.attribute(scope, subagent("a1", "p")).caller).toBe("subagent:general-purpose");
});

test("calls that Claude Code makes for itself are told from the conversation", () => {
  const book = createCallerBook();
  const callerOf = (body: Record<string, unknown>, headers = {}) =>
    book.attribute(scope, { headers: { ...own, ...headers }, body }).caller;
  const search = "You run a web search for another Claude model, which is waiting on the result.";
  expect(callerOf({ tools: [{ type: "web_search_20250305" }], system: [{ type: "text", text: search }] })).toBe(
    "background:web-search",
  );
  expect(callerOf({ system: "\nYou are a helpful AI assistant tasked with summarizing conversations." })).toBe(
    "background:compaction",
  );
  expect(callerOf({ messages: says("\nWeb page content:\n---") })).toBe("background:web-fetch");
  expect(callerOf({ tools: client }, { "x-claude-code-auxiliary-type": "memory_save" })).toBe("background:memory_save");
  // A session whose conversation has no tools is still the conversation.
  expect(callerOf({ messages: says("hello") })).toBeUndefined();
  expect(callerOf({ tools: client, messages: says("hello") })).toBeUndefined();
  expect(callerOf({ messages: says("Write a title for: hello") })).toBe("background:other");
});

test("hostile bodies are attributed like others", () => {
  const book = createCallerBook();
  for (const body of [
    {},
    { tools: 3, system: { a: 1 }, messages: "x" },
    { messages: [null, 7], system: [null], tools: [null] },
  ]) {
    expect(book.attribute(scope, { headers: own, body })).toEqual({ ...scope, session });
  }
  for (const message of [undefined, "x", { content: 1 }, { content: [null, { type: "tool_use", name: "Agent" }] }]) {
    book.learn({ ...scope, session }, message);
  }
});

test("what is remembered is bounded", () => {
  const book = createCallerBook();
  for (let i = 0; i < 3_000; i++) {
    book.learn({ ...scope, session: `s${i}` }, launch("p", "k"));
    book.learn({ ...scope, session }, launch(`prompt ${i}.`, "k"));
  }
  expect(book.attribute(scope, subagent("a", "prompt 10.")).caller).toBe("subagent:unnamed");
  expect(book.attribute(scope, subagent("b", "prompt 2999.")).caller).toBe("subagent:k");
});
