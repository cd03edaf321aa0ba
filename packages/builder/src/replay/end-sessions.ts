import { endProcessTree } from "@ccb/claude-code";
import { openStore } from "@ccb/store";
import { projectMigrations } from "../journal/project-migrations.ts";
import { planProjectPaths } from "../project/project-paths.ts";
import { readSessions } from "../sessions/session-rows.ts";

/**
 * Kills the running sessions of a build without a word, as the end of a killed build does: what they leave is what a killed session leaves. The signals are sent before it returns.
 */
export function endSessionsAsKilled(directory: string): void {
  using store = openStore({
    path: planProjectPaths(directory).database,
    migrations: projectMigrations,
    readOnly: true,
  });
  for (const { endedAt, process } of readSessions(store.database)) {
    if (endedAt === undefined && process) void endProcessTree(process, { graceMs: 0 }).catch(() => undefined);
  }
}
