import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "@ccb/core";

/** Answers of planning calls, by what was asked: one that was paid for is not paid for again, also when the process died before the step was saved. */
export interface AnswerTable {
  find(requestHash: string): Record<string, unknown> | undefined;
  keep(answer: { requestHash: string; agent: string; message: Record<string, unknown> }): void;
  /** Forgets the answers of an agent (of all when omitted): they could not be used, and asking again shall give others. */
  forget(agent?: string): void;
}

export function createAnswerTable(options: { database: DatabaseSync; clock: Clock }): AnswerTable {
  const { database, clock } = options;
  const find = database.prepare("SELECT message FROM answers WHERE request_hash = ?");
  const keep = database.prepare(
    "INSERT OR REPLACE INTO answers (request_hash, agent, message, at) VALUES (?, ?, ?, ?)",
  );
  const forget = database.prepare("DELETE FROM answers WHERE ?1 IS NULL OR agent = ?1");
  return {
    find(requestHash) {
      const row = find.get(requestHash);
      return row ? (JSON.parse(String(row.message)) as Record<string, unknown>) : undefined;
    },
    keep({ requestHash, agent, message }) {
      keep.run(requestHash, agent, JSON.stringify(message), clock.now().toISOString());
    },
    forget: (agent) => void forget.run(agent ?? null),
  };
}
