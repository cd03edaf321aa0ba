import { expect, test } from "vitest";
import { readConversation } from "./read-conversation.ts";

test("a conversation in the middle of a task", () => {
  const conversation = readConversation({
    model: "m",
    max_tokens: 1,
    system: [
      { type: "text", text: "Preset." },
      { type: "text", text: "You are the builder of CCB (Claude Code Builder)." },
    ],
    tools: [{ name: "Write" }, { name: "Bash" }],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "<system-reminder>be brief</system-reminder>" },
          { type: "text", text: "Make the service." },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "First the file." },
          { type: "tool_use", id: "t1", name: "Write", input: { path: "a" } },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "written" }] },
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "t2", name: "Bash", input: { command: "x" } },
          { type: "tool_use", id: "t3", name: "Bash", input: { command: "y" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t2", content: [{ type: "text", text: "no such file" }], is_error: true },
          { type: "tool_result", tool_use_id: "t3" },
        ],
      },
      { role: "system", content: "It is late." },
    ],
  });
  expect(conversation).toMatchObject({
    agent: "builder",
    firstUserText: "Make the service.",
    lastUserText: "Make the service.",
    turns: 2,
    tools: ["Write", "Bash"],
    schema: undefined,
  });
  expect(conversation.system).toContain("It is late.");
  expect(conversation.toolUses.map((use) => use.result)).toEqual(["written", "no such file", ""]);
  expect(conversation.toolResults).toEqual([
    { id: "t2", name: "Bash", input: { command: "x" }, result: "no such file", isError: true },
    { id: "t3", name: "Bash", input: { command: "y" }, result: "", isError: false },
  ]);
  expect([conversation.hasTool("Bash"), conversation.hasTool("Read")]).toEqual([true, false]);
});

test("an agent is known by the first line of its prompt; an open reminder is the user's text", () => {
  const conversation = readConversation({
    model: "m",
    max_tokens: 1,
    system:
      "You are the acceptance-generator agent of CCB (Claude Code Builder).\nYou are the builder of CCB, they say.",
    messages: [{ role: "user", content: "What does <system-reminder> mean?" }],
  });
  expect(conversation.agent).toBe("acceptance-generator");
  expect(conversation.lastUserText).toBe("What does <system-reminder> mean?");
  expect(conversation.toolResults).toEqual([]);
});
