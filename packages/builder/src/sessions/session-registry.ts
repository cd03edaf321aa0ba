import { readProcessRecord } from "@ccb/claude-code";
import type { Clock, ExecutorEvent } from "@ccb/core";
import type { Store } from "@ccb/store";
import { readSessions, type SessionRecord } from "./session-rows.ts";

/** A session that has been registered and not yet ended. */
export interface RegisteredSession {
  /** Notes what an event of the executor tells: the process, and Claude Code's id. */
  observe(event: ExecutorEvent): void;
  ended(outcome: string): void;
}

/** The register of a project's sessions. */
export interface SessionRegistry {
  /** Notes that a session is about to start for a task. */
  begin(start: { task: string; phase: string; attempt: number }): RegisteredSession;
  /** Sessions without an end: those that run, and those that a kill of CCB cut. Oldest first. */
  listOpen(): SessionRecord[];
}

/** Opens the register in an open store whose migrations include `sessionMigrations`. */
export function createSessionRegistry(options: { store: Store; clock: Clock }): SessionRegistry {
  const { database } = options.store;
  const now = () => options.clock.now().toISOString();
  const insert = database.prepare("INSERT INTO sessions (task, phase, attempt, started_at) VALUES (?, ?, ?, ?)");
  const setProcess = database.prepare("UPDATE sessions SET pid = ?, process_started_at = ?, mark = ? WHERE id = ?");
  const setSession = database.prepare("UPDATE sessions SET session_id = ? WHERE id = ?");
  const setEnd = database.prepare("UPDATE sessions SET ended_at = ?, outcome = ? WHERE id = ?");
  return {
    begin({ task, phase, attempt }) {
      const { lastInsertRowid: id } = insert.run(task, phase, attempt, now());
      return {
        observe(event) {
          if (event.type === "session-started") setSession.run(event.sessionId, id);
          const process = event.type === "process-started" ? readProcessRecord(event.pid) : undefined;
          if (process) setProcess.run(process.pid, process.startedAt, process.mark ?? null, id);
        },
        ended: (outcome) => void setEnd.run(now(), outcome, id),
      };
    },
    listOpen: () => readSessions(database).filter(({ endedAt }) => endedAt === undefined),
  };
}
