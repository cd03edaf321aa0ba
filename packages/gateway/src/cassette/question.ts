import type { SentExchange } from "../gateway.ts";
import type { RecordedScope } from "./cassette.ts";

/** What a build itself asked somebody who is no model: an MCP server, a database. */
export interface OutsideQuestion {
  /** Who was asked: "context7 query-docs". */
  source: string;
  /** JSON; compared as requests of calls are. */
  question: unknown;
}

const questionAgent = "ccb";

/** The endpoint that a question has beside those of model calls. */
export const questionMethod = "ASK";

/** Whom a question belongs to: each source has a lane of its own. */
export function scopeOfQuestion(source: string): RecordedScope {
  return { agent: questionAgent, caller: source };
}

/** Whether a recorded or diverging call is a question; `undefined` for a model call. */
export function sourceOfQuestion({ agent, caller }: RecordedScope): string | undefined {
  return agent === questionAgent ? caller : undefined;
}

/** A question with its answer in the form in which calls are recorded. */
export function toExchange(asked: OutsideQuestion & { at: string; answer: unknown }): SentExchange {
  const { at, source, question, answer } = asked;
  return {
    scope: { build: "", phase: undefined, task: undefined, agent: questionAgent, caller: source },
    at,
    method: questionMethod,
    path: source,
    request: Buffer.from(JSON.stringify(question)),
    status: 200,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(answer)),
    end: "whole",
  };
}
