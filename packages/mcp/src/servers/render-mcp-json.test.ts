import type { McpServerDefinition } from "@ccb/core";
import { expect, it } from "vitest";
import { renderMcpJson } from "./render-mcp-json.ts";

const common = { description: "", required: false, enforceAt: [], alwaysLoad: false };

it("writes Claude's shape without secrets", () => {
  const definitions: McpServerDefinition[] = [
    {
      ...common,
      name: "local",
      transport: {
        type: "stdio",
        command: "node",
        args: ["x.js", "--token", `sk-${"a".repeat(40)}`],
        env: { GITHUB_TOKEN: "hush-hush", ANTHROPIC_API_KEY: "", LEVEL: "3" },
      },
    },
    {
      ...common,
      name: "remote",
      transport: {
        type: "http",
        url: "https://user:pass@x.example/mcp?api_key=hush",
        headers: { Authorization: "hush-hush", Accept: "json" },
      },
    },
  ];
  const text = renderMcpJson(definitions);
  expect(text).not.toContain("hush");
  expect(text).not.toContain("aaaa");
  expect(text).not.toContain(":pass@");
  const { mcpServers } = JSON.parse(text);
  expect(mcpServers.local).toMatchObject({
    type: "stdio",
    command: "node",
    env: { GITHUB_TOKEN: "[REDACTED]", ANTHROPIC_API_KEY: "", LEVEL: "3" },
  });
  expect(mcpServers.remote.headers).toEqual({ Authorization: "[REDACTED]", Accept: "json" });
});
