import { createHash } from "node:crypto";
import type { BuildEvent, Clock } from "@ccb/core";
import type { MigrationSet, Store } from "@ccb/store";

/** Tables of the journal: one row for the build, one per step, one per event. */
export const journalMigrations: MigrationSet = {
  name: "builder",
  steps: [
    {
      version: 1,
      name: "journal",
      up: `
        CREATE TABLE builds (
          id TEXT PRIMARY KEY, project TEXT NOT NULL, started_at TEXT NOT NULL, specification_hash TEXT NOT NULL
        ) STRICT;
        CREATE TABLE steps (
          name TEXT NOT NULL, input_hash TEXT NOT NULL, result TEXT NOT NULL,
          started_at TEXT NOT NULL, ended_at TEXT NOT NULL, PRIMARY KEY (name, input_hash)
        ) STRICT;
        CREATE TABLE attempts (
          id INTEGER PRIMARY KEY, step TEXT NOT NULL, attempt INTEGER NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, outcome TEXT
        ) STRICT;
        CREATE TABLE events (
          sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX events_by_type ON events (type, sequence);
      `,
      down: "DROP TABLE events; DROP TABLE attempts; DROP TABLE steps; DROP TABLE builds;",
    },
  ],
};

export interface BuildRecord {
  id: string;
  project: string;
  startedAt: string;
  specificationHash: string;
}

/** The durable memory of one project directory: what was done, keyed by what it was done from. */
export interface Journal {
  /** The build of this directory, if one was begun here. */
  build(): BuildRecord | undefined;
  begin(record: BuildRecord): void;
  /** The saved result of a step for exactly these inputs, or undefined. */
  find<T>(step: string, inputs: unknown): T | undefined;
  /** Saves the result of a step; the same step with other inputs is kept beside it. */
  save(step: string, inputs: unknown, result: unknown): void;
  /** Notes that an attempt begins; the returned function notes how it ended. */
  attempt(step: string, attempt: number): (outcome: string) => void;
  event(event: BuildEvent): void;
  lastSequence(): number;
}

/** Opens the journal in an open store whose migrations include {@link journalMigrations}. */
export function createJournal(options: { store: Store; clock: Clock }): Journal {
  const { database } = options.store;
  const now = () => options.clock.now().toISOString();
  const findStep = database.prepare("SELECT result FROM steps WHERE name = ? AND input_hash = ?");
  const saveStep = database.prepare(
    "INSERT INTO steps (name, input_hash, result, started_at, ended_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET result = excluded.result, ended_at = excluded.ended_at",
  );
  const beginAttempt = database.prepare("INSERT INTO attempts (step, attempt, started_at) VALUES (?, ?, ?)");
  const endAttempt = database.prepare("UPDATE attempts SET ended_at = ?, outcome = ? WHERE id = ?");
  const saveEvent = database.prepare("INSERT INTO events (sequence, at, type, body) VALUES (?, ?, ?, ?)");
  return {
    build() {
      const row = database.prepare("SELECT id, project, started_at, specification_hash FROM builds LIMIT 1").get();
      if (!row) return undefined;
      return {
        id: String(row.id),
        project: String(row.project),
        startedAt: String(row.started_at),
        specificationHash: String(row.specification_hash),
      };
    },
    begin(record) {
      database
        .prepare("INSERT INTO builds (id, project, started_at, specification_hash) VALUES (?, ?, ?, ?)")
        .run(record.id, record.project, record.startedAt, record.specificationHash);
    },
    find<T>(step: string, inputs: unknown): T | undefined {
      const row = findStep.get(step, hashInputs(inputs));
      return row ? (JSON.parse(String(row.result)) as T) : undefined;
    },
    save(step, inputs, result) {
      saveStep.run(step, hashInputs(inputs), JSON.stringify(result), now(), now());
    },
    attempt(step, attempt) {
      const { lastInsertRowid } = beginAttempt.run(step, attempt, now());
      return (outcome) => void endAttempt.run(now(), outcome, lastInsertRowid);
    },
    event(event) {
      saveEvent.run(event.sequence, event.at, event.type, JSON.stringify(event));
    },
    lastSequence() {
      const row = database.prepare("SELECT max(sequence) AS last FROM events").get();
      return Number(row?.last ?? 0);
    },
  };
}

/** SHA-256 over the inputs as JSON with sorted keys, so that equal inputs hash equally however they were put together. */
function hashInputs(inputs: unknown): string {
  return createHash("sha256").update(JSON.stringify(inputs, sortKeys)).digest("hex");
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
  );
}
