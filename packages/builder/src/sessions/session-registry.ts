import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type RecordedProcess, readProcessRecord } from "@ccb/claude-code";
import type { Clock, ExecutorEvent } from "@ccb/core";
import type { Store } from "@ccb/store";

/** One start of a session, as the register keeps it. */
export interface SessionRecord {
  /** Number of the row. */
  id: number;
  /** Claude Code's id; undefined until the session has said it. Several rows have the same one where a session was resumed. */
  sessionId: string | undefined;
  task: string;
  phase: string;
  attempt: number;
  /** What is needed to end its processes later; undefined until there is one. */
  process: RecordedProcess | undefined;
  /** ISO 8601. */
  startedAt: string;
  /** Undefined while it runs, and for good where CCB was killed. */
  endedAt: string | undefined;
  outcome: string | undefined;
}

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

/** All rows of the register, oldest first; none where the database has no register (a project of an older version). */
export function readSessions(database: DatabaseSync): SessionRecord[] {
  const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sessions'";
  if (database.prepare(table).get() === undefined) return [];
  return database.prepare("SELECT * FROM sessions ORDER BY id").all().map(readRow);
}

/** Takes rows out of the register. */
export function deleteSessions(store: Store, ids: readonly number[]): void {
  const remove = store.database.prepare("DELETE FROM sessions WHERE id = ?");
  store.transaction(() => {
    for (const id of ids) remove.run(id);
  });
}

function readRow(row: Record<string, SQLOutputValue>): SessionRecord {
  const text = (value: SQLOutputValue | undefined) => (typeof value === "string" ? value : undefined);
  const startedAt = text(row.process_started_at);
  const hasProcess = typeof row.pid === "number" && startedAt !== undefined;
  return {
    id: Number(row.id),
    sessionId: text(row.session_id),
    task: text(row.task) ?? "",
    phase: text(row.phase) ?? "",
    attempt: Number(row.attempt),
    process: hasProcess ? { pid: Number(row.pid), startedAt, mark: text(row.mark) } : undefined,
    startedAt: text(row.started_at) ?? "",
    endedAt: text(row.ended_at),
    outcome: text(row.outcome),
  };
}
