import type { Conversation, MessagesRequest, ToolExchange } from "@ccb/testing";
import { asList, asRecord, parseJson } from "../_json.ts";
import type { Prompt } from "../request/read-prompt.ts";

/** The task a session was given, as far as its prompt says. */
export interface SessionTask {
  id: string;
  name: string;
  description: string;
  dependsOn: string[];
  files: string[];
  requirementIds: string[];
}

/** A task session as one request shows it: everything that happened so far, and what may be called. */
export interface Session {
  prompt: Prompt;
  task: SessionTask | undefined;
  /** The project directory; empty where Claude Code did not say. */
  directory: string;
  /** Every tool call so far, in order. */
  calls: ToolExchange[];
  /** Why the session may not end yet, and the calls made since it was told so; undefined before the first refusal. */
  refusal: { text: string; calls: ToolExchange[] } | undefined;
  /** Names of all tools that may be called: the offered ones, and deferred ones that the conversation names. */
  tools: ReadonlySet<string>;
  /** Input schema of a tool, where the request holds it. */
  schemaOf(tool: string): unknown;
}

/** Reads a session's state out of a request; nothing is kept between requests. */
export function readSession(conversation: Conversation, prompt: Prompt): Session {
  const { request } = conversation;
  const texts = [conversation.system, ...request.messages.filter(({ role }) => role !== "assistant").flatMap(textsOf)];
  const schemas = new Map((request.tools ?? []).map((tool) => [tool.name, tool.input_schema]));
  const named = texts
    .filter((text) => text !== prompt.text)
    .flatMap((text) => text.match(/\bmcp__\w+(?:-\w+)*/g) ?? []);
  const policy = prompt.sections.find((section) => section.name === "mcp-policy")?.content ?? "";
  return {
    prompt,
    task: readTask(prompt),
    directory: /working directory: ([^\n]+)/i.exec(texts.join("\n"))?.[1]?.trim() ?? "",
    calls: conversation.toolUses,
    refusal: readRefusal(request, prompt, conversation.toolUses),
    tools: new Set([...schemas.keys(), ...named, ...usualTools(policy)]),
    schemaOf: (tool) => schemas.get(tool),
  };
}

function readTask(prompt: Prompt): SessionTask | undefined {
  const task = asRecord(parseJson(prompt.sections.find((section) => section.name === "task")?.content));
  const { id, name, description } = task;
  if (typeof id !== "string") return undefined;
  return {
    id,
    name: typeof name === "string" ? name : id,
    description: typeof description === "string" ? description : "",
    dependsOn: texts(task.dependsOn),
    files: texts(task.files),
    requirementIds: texts(task.requirementIds),
  };
}

function texts(value: unknown): string[] {
  return asList(value).filter((item) => typeof item === "string");
}

function textsOf({ content }: MessagesRequest["messages"][number]): string[] {
  if (typeof content === "string") return [content];
  return content.flatMap((block) => (block.type === "text" ? [block.text] : []));
}

/** The last thing a user said after the first answer; Claude Code's own reminders do not count. */
function readRefusal(request: MessagesRequest, prompt: Prompt, calls: ToolExchange[]): Session["refusal"] {
  let refusal: Session["refusal"];
  let made = 0;
  let hasAnswered = false;
  for (const message of request.messages) {
    if (message.role === "assistant") {
      hasAnswered = true;
      made +=
        typeof message.content === "string" ? 0 : message.content.filter(({ type }) => type === "tool_use").length;
      continue;
    }
    if (message.role !== "user") continue;
    const text = textsOf(message).filter(
      (part) => part !== prompt.text && !part.trimStart().startsWith("<system-reminder>"),
    );
    if (hasAnswered && text.join("").trim() !== "") refusal = { text: text.join("\n"), calls: calls.slice(made) };
  }
  return refusal;
}

/** Tools that the mandatory servers are known to have; a deferred tool may be called although the request does not list it. */
function usualTools(policy: string): string[] {
  const usual: Record<string, string[]> = {
    memory: ["search_nodes", "create_entities"],
    git: ["git_status"],
    filesystem: ["list_directory"],
    "sequential-thinking": ["sequentialthinking"],
    context7: ["resolve-library-id"],
  };
  return Object.entries(usual).flatMap(([server, names]) => {
    const isOffered = policy.includes(server) && !policy.includes(`**${server}** is not available`);
    return isOffered ? names.map((name) => `mcp__${server}__${name}`) : [];
  });
}
