import { expect, test } from "vitest";
import { findToolAt } from "./find-tool.ts";

const request = {
  messages: [
    { role: "user", content: "fetch it" },
    { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "WebFetch", input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "today's page" }] },
  ],
};

test("a difference in the result of a tool is laid at that tool", () => {
  expect(findToolAt(request, "messages[2].content[0].content")).toBe("WebFetch");
  expect(findToolAt(request, "messages[2].content[0].content, line 3")).toBe("WebFetch");
});

test("a difference elsewhere is no tool's", () => {
  for (const place of [
    "messages[0].content",
    "messages[1].content[0].input",
    "system[0].text",
    "messages[9].content[0]",
  ])
    expect(findToolAt(request, place)).toBeUndefined();
  expect(findToolAt("nothing", "messages[0].content[0]")).toBeUndefined();
});
