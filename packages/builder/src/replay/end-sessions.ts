import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { endProcessTree } from "@ccb/claude-code";
import { openStore } from "@ccb/store";
import { projectMigrations } from "../journal/project-migrations.ts";
import { planProjectPaths } from "../project/project-paths.ts";
import { listSessionFiles } from "../sessions/session-files.ts";
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

/** Milliseconds in which a session has noted what came of a tool; Claude Code writes its transcript a moment later. */
const noteMs = 3_000;

/** Waits until the transcripts of a build hold these tool calls; a session that never notes them is not waited for longer than that. */
export async function waitForTranscripts(
  directory: string,
  wanted: { answered: ReadonlySet<string>; underWay: ReadonlySet<string> },
): Promise<void> {
  const marks = [
    ...[...wanted.answered].map((id) => `"tool_use_id":"${id}"`),
    ...[...wanted.underWay].map((id) => `"id":"${id}"`),
  ];
  for (let waited = 0; marks.length > 0 && waited < noteMs; waited += 20) {
    const text = await readTranscripts(directory);
    if (marks.every((mark) => text.includes(mark))) return;
    await delay(20);
  }
}

async function readTranscripts(directory: string): Promise<string> {
  const files = await listSessionFiles(planProjectPaths(directory).sessionHome);
  const texts = files
    .filter(({ isTranscript }) => isTranscript)
    .map(({ path }) => readFile(path, "utf8").catch(() => ""));
  return (await Promise.all(texts)).join("\n");
}
