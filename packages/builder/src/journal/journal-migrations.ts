import type { MigrationSet } from "@ccb/store";

/** Tables of the journal. A published step never changes; a new one is added. */
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
    {
      version: 2,
      name: "runs, fencing tokens, kept answers, commands from other terminals",
      // A step's `result_hash` tells a damaged row from a sound one; SQLite's own check looks at pages, not at what stands in them.
      up: `
        ALTER TABLE builds ADD COLUMN invocation TEXT;
        ALTER TABLE steps ADD COLUMN result_hash TEXT;
        ALTER TABLE attempts ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE attempts ADD COLUMN base TEXT;
        ALTER TABLE attempts ADD COLUMN session_id TEXT;
        CREATE INDEX attempts_by_step ON attempts (step, attempt);
        CREATE TABLE runs (
          number INTEGER PRIMARY KEY, pid INTEGER NOT NULL, mark TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, outcome TEXT
        ) STRICT;
        CREATE TABLE answers (
          request_hash TEXT PRIMARY KEY, agent TEXT NOT NULL, message TEXT NOT NULL, at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE commands (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL, at TEXT NOT NULL, answered_at TEXT, answer TEXT
        ) STRICT;
      `,
      down: `
        DROP TABLE commands; DROP TABLE answers; DROP TABLE runs; DROP INDEX attempts_by_step;
        ALTER TABLE attempts DROP COLUMN session_id;
        ALTER TABLE attempts DROP COLUMN base;
        ALTER TABLE attempts DROP COLUMN run;
        ALTER TABLE steps DROP COLUMN result_hash;
        ALTER TABLE builds DROP COLUMN invocation;
      `,
    },
  ],
};
