import { setTimeout as delay } from "node:timers/promises";
import type { Store } from "@ccb/store";

/** What another terminal may ask of a running build. */
export const buildCommands = ["pause", "resume", "stop"] as const;
export type BuildCommand = (typeof buildCommands)[number];

/** Milliseconds between two looks at the table; a look costs some ten microseconds. */
const lookEveryMs = 100;

/**
 * Watches for commands that other processes leave in the database and answers each once; returns how to stop watching. `obey` says what came of it in
 * one sentence, for the one who asked; `onProblem` is told when the database fails, and then the watch ends. Commands that were left before this process began are answered as missed.
 */
export function watchCommands(
  store: Store,
  options: { obey: (command: BuildCommand) => string; onProblem: (error: unknown) => void },
): () => void {
  const { database } = store;
  const open = database.prepare("SELECT id, name FROM commands WHERE answered_at IS NULL ORDER BY id");
  const close = database.prepare("UPDATE commands SET answered_at = ?, answer = ? WHERE id = ?");
  const answer = (id: unknown, text: string) => close.run(new Date().toISOString(), text, Number(id));
  for (const { id } of open.all()) answer(id, "The build it was meant for had ended.");
  const look = () => {
    for (const { id, name } of open.all()) {
      const command = buildCommands.find((known) => known === name);
      answer(id, command ? options.obey(command) : `This version of CCB does not know the command "${String(name)}".`);
    }
  };
  const timer = setInterval(() => {
    try {
      look();
    } catch (error) {
      clearInterval(timer);
      options.onProblem(error);
    }
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Leaves a command for the process that builds here and waits for its answer; undefined when none came in `timeoutMs`. */
export async function sendCommand(
  store: Store,
  command: BuildCommand,
  options: { timeoutMs: number },
): Promise<string | undefined> {
  const { database } = store;
  const { lastInsertRowid } = database
    .prepare("INSERT INTO commands (name, at) VALUES (?, ?)")
    .run(command, new Date().toISOString());
  const startedMs = performance.now();
  const look = database.prepare("SELECT answer FROM commands WHERE id = ? AND answered_at IS NOT NULL");
  while (performance.now() - startedMs < options.timeoutMs) {
    const row = look.get(lastInsertRowid);
    if (row) return String(row.answer);
    await delay(lookEveryMs / 2);
  }
  database
    .prepare("UPDATE commands SET answered_at = ?, answer = 'nobody answered' WHERE id = ? AND answered_at IS NULL")
    .run(new Date().toISOString(), lastInsertRowid);
  return undefined;
}
