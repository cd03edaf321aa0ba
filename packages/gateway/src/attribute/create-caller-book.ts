import type { IncomingHttpHeaders } from "node:http";
import type { CallScope } from "@ccb/core";

type Fields = Record<string, unknown>;

/** Sessions of which subagents are remembered; a gateway in front of everything sees new ones for ever. */
const mostSessions = 1_000;
const mostAgents = 1_000;

interface Session {
  /** Prompts given to subagents that have not made a call yet, with the kind of agent asked for. */
  prompts: Map<string, string>;
  /** Kind of agent by the id that its calls carry. */
  agents: Map<string, string>;
  /** Whether the main conversation has been seen to have tools of its own. */
  hasTools: boolean;
}

/**
 * What system prompts and first words of Claude Code's calls for itself begin with, seen on Claude Code 2.1.329. They carry the session's id, but
 * nothing that says what they are for.
 */
const backgroundTexts: [start: string, purpose: string][] = [
  ["You run a web search for another Claude model", "web-search"],
  ["You are a helpful AI assistant tasked with summarizing conversations", "compaction"],
];
const webPage = /^\s*Web page content:/;

/** Finds out who within a session of Claude Code makes a call. */
export interface CallerBook {
  /** The scope with session and caller; unchanged for calls that do not come from Claude Code. */
  attribute(scope: CallScope, request: { headers: IncomingHttpHeaders; body: Fields }): CallScope;
  /** Reads from an answer which subagents the session is about to start. */
  learn(scope: CallScope, message: unknown): void;
}

/**
 * Claude Code names its session in `x-claude-code-session-id` and a subagent in `x-claude-code-agent-id`, but not the kind of subagent: that is
 * learned from the call of the tool `Agent` whose prompt the subagent begins with.
 */
export function createCallerBook(): CallerBook {
  const sessions = new Map<string, Session>();

  function openSession(id: string): Session {
    const known = sessions.get(id);
    const session = known ?? { prompts: new Map(), agents: new Map(), hasTools: false };
    sessions.delete(id);
    sessions.set(id, session);
    dropOldest(sessions, mostSessions);
    return session;
  }

  return {
    attribute(scope, { headers, body }) {
      const id = textOf(headers["x-claude-code-session-id"]);
      if (id === undefined) return scope;
      const session = openSession(id);
      const caller = readCaller(session, headers, body);
      return { ...scope, session: id, ...(caller === undefined ? {} : { caller }) };
    },
    learn(scope, message) {
      if (scope.session === undefined) return;
      const content = asFields(message).content;
      for (const block of Array.isArray(content) ? content : []) {
        const { type, name, input } = asFields(block);
        if (type !== "tool_use" || (name !== "Agent" && name !== "Task")) continue;
        const { prompt, subagent_type: kind } = asFields(input);
        if (typeof prompt !== "string" || prompt === "") continue;
        const { prompts } = openSession(scope.session);
        prompts.set(prompt, nameOf(kind) ?? "general-purpose");
        dropOldest(prompts, mostAgents);
      }
    },
  };
}

function readCaller(session: Session, headers: IncomingHttpHeaders, body: Fields): string | undefined {
  const agent = textOf(headers["x-claude-code-agent-id"]);
  if (agent !== undefined) return `subagent:${readAgent(session, agent, body) ?? "unnamed"}`;
  const auxiliary = nameOf(headers["x-claude-code-auxiliary-type"]);
  if (auxiliary !== undefined) return `background:${auxiliary}`;
  const system = textsOf(body.system);
  const known = backgroundTexts.find(([start]) => system.some((text) => text.trimStart().startsWith(start)));
  if (known) return `background:${known[1]}`;
  if (system.some((text) => text.includes("cc_is_subagent=true"))) return "subagent:unnamed";
  if (firstUserTexts(body).some((text) => webPage.test(text))) return "background:web-fetch";
  const tools = Array.isArray(body.tools) ? body.tools : [];
  const hasTools = tools.some((tool) => asFields(tool).input_schema !== undefined);
  if (hasTools) session.hasTools = true;
  // Titles, suggestions, classifiers: one question without the tools that the conversation itself always has.
  return session.hasTools && !hasTools ? "background:other" : undefined;
}

function readAgent(session: Session, id: string, body: Fields): string | undefined {
  const known = session.agents.get(id);
  if (known !== undefined || session.prompts.size === 0) return known;
  const texts = firstUserTexts(body);
  for (const [prompt, kind] of session.prompts) {
    if (!texts.some((text) => text.includes(prompt))) continue;
    session.prompts.delete(prompt);
    session.agents.set(id, kind);
    dropOldest(session.agents, mostAgents);
    return kind;
  }
  return undefined;
}

function firstUserTexts(body: Fields): string[] {
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const first = messages.find((message) => asFields(message).role === "user");
  return textsOf(asFields(first).content);
}

/** The texts of a content, which is a text or a list of blocks. */
function textsOf(content: unknown): string[] {
  if (typeof content === "string") return [content];
  return (Array.isArray(content) ? content : []).flatMap((block) => {
    const { text } = asFields(block);
    return typeof text === "string" ? [text] : [];
  });
}

/** A name fit for the ledger: a client must not be able to write what it likes into it. */
function nameOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w.:-]{1,60}$/.test(value) ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= 200 ? value : undefined;
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  if (map.size <= most) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}
