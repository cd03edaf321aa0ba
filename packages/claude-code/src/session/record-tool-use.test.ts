import { systemClock } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { parseMcpServer, renderToolUse } from "./record-tool-use.ts";

const render = (response: unknown, succeeded = true) =>
  renderToolUse({
    id: "1",
    name: "mcp__git__git_status",
    server: undefined,
    input: {},
    succeeded,
    response,
    durationMs: 1.4,
    clock: systemClock,
  });

describe("renderToolUse", () => {
  it("reads the text of MCP content in each of its forms", () => {
    expect(render("plain").response).toBe("plain");
    expect(
      render([
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ]).response,
    ).toBe("a\nb");
    expect(render({ content: [{ type: "text", text: "c" }] }).response).toBe("c");
    expect(render({ stdout: "x" }).response).toBe('{"stdout":"x"}');
    expect(render(undefined).response).toBe("");
  });

  it("does not take an answer with isError for success", () => {
    expect(render({ isError: true, content: [] }).succeeded).toBe(false);
    expect(render("", false).succeeded).toBe(false);
  });

  it("cuts at 8 KiB without breaking a character", () => {
    const { response } = render("é".repeat(8000));
    expect(Buffer.byteLength(response)).toBeLessThanOrEqual(8192);
    expect(response).toMatch(/^é+$/);
  });

  it("names the server from the tool's name where the hook does not", () => {
    expect(render("").server).toBe("git");
    expect(parseMcpServer("Write")).toBeUndefined();
    expect(parseMcpServer("mcp__sequential-thinking__sequentialthinking")).toBe("sequential-thinking");
  });
});
