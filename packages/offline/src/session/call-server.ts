import type { ContentBlock } from "@ccb/testing";
import { asRecord } from "../_json.ts";
import { offlineSentence } from "../offline-label.ts";
import { fillSchema } from "../schema/fill-schema.ts";
import type { Session } from "./read-session.ts";

type ToolUse = Extract<ContentBlock, { type: "tool_use" }>;

/** A tool call, where the tool may be called. */
export function callTool(session: Session, name: string, input: Record<string, unknown>): ToolUse[] {
  return session.tools.has(name) ? [{ type: "tool_use", name, input }] : [];
}

/** Asks what earlier tasks, or an earlier try of this one, left in memory. */
export function recallMemory(session: Session): ToolUse[] {
  const searched = callTool(session, "mcp__memory__search_nodes", { query: entityName(session) });
  return searched.length > 0 ? searched : callTool(session, "mcp__memory__read_graph", {});
}

/**
 * Writes into memory what the task did, under a name that memory does not hold yet: the server stores nothing, and says so with an empty list,
 * when it is given a name it knows.
 */
export function recordMemory(session: Session, observations: string[]): ToolUse[] {
  const known = session.calls.filter((call) => call.name.startsWith("mcp__memory__"));
  const seen = known.map((call) => `${JSON.stringify(call.input)}${call.result ?? ""}`).join("\n");
  const base = entityName(session);
  let name = base;
  for (let number = 2; holdsName(seen, name); number++) name = `${base} (${number})`;
  return callTool(session, "mcp__memory__create_entities", { entities: [{ name, entityType: "task", observations }] });
}

function entityName(session: Session): string {
  return `task ${session.task?.id ?? "unnamed"}`;
}

function holdsName(seen: string, name: string): boolean {
  return new RegExp(`"name":\\s*"${name.replace(/[^\w ]/g, "\\$&")}"`).test(seen);
}

/** Looks at the state of the project's repository. */
export function lookAtGit(session: Session): ToolUse[] {
  return callTool(session, "mcp__git__git_status", { path: "./" });
}

/** Writes down the order of the work as one thought. */
export function thinkOnce(session: Session): ToolUse[] {
  const thought = `Task ${session.task?.name ?? ""}: write the files that follow from the specification, run the tests, record the outcome. ${offlineSentence}`;
  const input = { thought, thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false };
  return callTool(session, "mcp__sequential-thinking__sequentialthinking", input);
}

/** Asks for documentation of what the services are built on; there is none without the internet, and the work goes on. */
export function askForDocumentation(session: Session): ToolUse[] {
  const name = "mcp__context7__resolve-library-id";
  const input = { query: "node:http server and node:sqlite database", libraryName: "node" };
  return callTool(session, name, input);
}

/** The MCP servers that a session can reach, by the names of their tools. */
export function listServers(session: Session): string[] {
  const servers = [...session.tools].flatMap((tool) => /^mcp__(.+?)__/.exec(tool)?.[1] ?? []);
  return [...new Set(servers)];
}

/** A harmless call of a server's: what is known of the usual five, else a tool that reads, its input filled by its schema. */
export function useServer(session: Session, server: string): ToolUse[] {
  const known: Record<string, () => ToolUse[]> = {
    memory: () => recordMemory(session, [`Worked on the task; ${offlineSentence}`]),
    git: () => lookAtGit(session),
    filesystem: () => callTool(session, "mcp__filesystem__list_directory", { path: session.directory || "." }),
    "sequential-thinking": () => thinkOnce(session),
    context7: () => askForDocumentation(session),
  };
  const usual = known[server]?.() ?? [];
  return usual.length > 0 ? usual : useUnknownServer(session, server);
}

function useUnknownServer(session: Session, server: string): ToolUse[] {
  const tools = [...session.tools].filter((tool) => tool.startsWith(`mcp__${server}__`));
  const reading = tools.find((tool) => /__(?:.*_)?(?:list|get|status|search|read|find|show)/i.test(tool));
  const name = reading ?? tools.find((tool) => !/delete|remove|drop|reset|clean|write|push/i.test(tool));
  if (name === undefined) return [];
  const input = asRecord(fillSchema(session.schemaOf(name) ?? { type: "object" }, session.task?.name ?? "project"));
  return [{ type: "tool_use", name, input }];
}
