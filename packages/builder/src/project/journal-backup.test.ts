import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "@ccb/core";
import { openStore } from "@ccb/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createJournal } from "../journal/create-journal.ts";
import { projectMigrations } from "../journal/project-migrations.ts";
import { createJournalBackup } from "./journal-backup.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-backup-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A journal whose copies take some milliseconds, and the last sequence that its copy has. */
function openJournal() {
  const store = openStore({ path: join(folder, "build.db"), migrations: projectMigrations });
  const journal = createJournal({ store, clock: systemClock });
  let sequence = 0;
  const write = () => journal.event({ type: "warning", message: "x".repeat(300_000), sequence: ++sequence, at: "now" });
  const readCopy = () => {
    using copy = openStore({ path: join(folder, "copy.db"), migrations: projectMigrations });
    return createJournal({ store: copy, clock: systemClock }).lastSequence();
  };
  return { store, write, readCopy };
}

test("the last request is in the copy once it is closed, whenever that is, and nothing is copied afterwards", async () => {
  for (const waitMs of [0, 100, 245, 250, 252, 260, 300]) {
    const { store, write, readCopy } = openJournal();
    const problems: string[] = [];
    const onProblem = (message: string) => problems.push(message);
    const backup = createJournalBackup({ store, path: join(folder, "copy.db"), clock: systemClock, onProblem });
    for (let count = 0; count < 5; count++) write();
    backup.request();
    await delay(waitMs);
    write();
    backup.request();
    await backup.close();
    store.close();
    await delay(50);
    expect(problems).toEqual([]);
    expect(readCopy()).toBe(6);
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), "ccb-backup-"));
  }
});

test("requests in quick succession come to few copies", async () => {
  const { store, write, readCopy } = openJournal();
  const backup = createJournalBackup({
    store,
    path: join(folder, "copy.db"),
    clock: systemClock,
    onProblem: (message) => {
      throw new Error(message);
    },
  });
  for (let count = 0; count < 3; count++) write();
  const seen = new Set<number>();
  for (let count = 0; count < 30; count++) {
    write();
    backup.request();
    await delay(20);
    seen.add(readCopy());
  }
  await backup.close();
  store.close();
  seen.delete(0);
  expect(seen.size).toBeLessThanOrEqual(4);
  expect(readCopy()).toBe(33);
});
