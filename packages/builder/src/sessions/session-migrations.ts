import type { MigrationSet } from "@ccb/store";

/** The register of sessions in the project's database: one row for each time a session was started for a task. */
export const sessionMigrations: MigrationSet = {
  name: "sessions",
  steps: [
    {
      version: 1,
      name: "register of sessions",
      up: `
        CREATE TABLE sessions (
          id INTEGER PRIMARY KEY, session_id TEXT, task TEXT NOT NULL, phase TEXT NOT NULL, attempt INTEGER NOT NULL,
          pid INTEGER, process_started_at TEXT, mark TEXT, started_at TEXT NOT NULL, ended_at TEXT, outcome TEXT
        ) STRICT;
        CREATE INDEX sessions_by_task ON sessions (task, id);
      `,
      down: "DROP TABLE sessions;",
    },
  ],
};
