import { expect, it } from "vitest";
import { mandatoryServers } from "../servers/mandatory-servers.ts";
import { defaultPolicy } from "./default-policy.ts";
import { parsePolicy } from "./parse-policy.ts";
import { renderMcpInstructions } from "./render-mcp-instructions.ts";

const servers = mandatoryServers({ projectDirectory: "/a/project" });

it("tells what each server is for, what is checked, and what is not there", () => {
  const text = renderMcpInstructions({
    policy: defaultPolicy,
    servers,
    unavailable: [{ name: "context7", reason: "its service cannot be reached" }],
    phase: { id: "phase-2", name: "Storage" },
  });
  expect(text).toContain("## MCP servers for phase-2: Storage");
  for (const { name } of servers) expect(text).toContain(`**${name}**`);
  expect(text).toContain("**context7** is not available in this build (its service cannot be reached)");
  expect(text).toContain("- memory: create_entities, add_observations, create_relations");
  expect(text).toContain("after 3 refusals");
  expect(text).not.toContain("mcp__context7__");
});

it("asks for nothing that is not enforced, and stays short", () => {
  const text = renderMcpInstructions({
    policy: parsePolicy({ points: { task_complete: { level: "off" } } }, { place: "test" }),
    servers,
  });
  expect(text).not.toContain("Checked before");
  expect(text.length).toBeLessThan(3000);
});
