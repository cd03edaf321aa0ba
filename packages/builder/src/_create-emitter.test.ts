import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildEvent, systemClock } from "@ccb/core";
import { openStore, type Store } from "@ccb/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEmitter } from "./_create-emitter.ts";
import { createJournal, type Journal } from "./journal/create-journal.ts";
import { projectMigrations } from "./journal/project-migrations.ts";

let folder = "";
let store: Store;
let journal: Journal;
let published: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-emitter-"));
  store = openStore({ path: join(folder, "build.db"), migrations: projectMigrations });
  journal = createJournal({ store, clock: systemClock });
  published = [];
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (of: Journal = journal) =>
  createEmitter({ journal: of, clock: systemClock, publish: (event) => published.push(nameOf(event)) });
const warn = (message: string) => ({ type: "warning", message }) as const;
const nameOf = (event: BuildEvent) => `${event.sequence} ${"message" in event ? event.message : event.type}`;

test("events that did not wait for the disk are told once it has them, in order, before any that comes later", async () => {
  const { emit, atomically, atomicallyLater } = open();
  atomicallyLater(() => {
    emit(warn("a"));
    emit(warn("b"));
  });
  expect(published).toEqual([]);
  await journal.durable();
  expect(published).toEqual(["1 a", "2 b"]);

  atomicallyLater(() => emit(warn("c")));
  expect(() =>
    atomically(() => {
      emit(warn("undone"));
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(published).toEqual(["1 a", "2 b"]);
  emit(warn("d"));
  expect(published).toEqual(["1 a", "2 b", "3 c", "4 d"]);
  await journal.durable();
  expect(published).toHaveLength(4);
  expect(journal.events().map(nameOf)).toEqual(published);
});

test("an event that the disk did not take is not told, and nothing is kept after it", async () => {
  const failing = { ...journal, durable: () => Promise.reject(new Error("EIO")) };
  const { emit, atomically, atomicallyLater } = open(failing);
  atomicallyLater(() => emit(warn("a")));
  await new Promise((resolve) => setImmediate(resolve));
  expect(published).toEqual([]);
  expect(() => emit(warn("b"))).toThrow("EIO");
  expect(() => atomically(() => undefined)).toThrow("EIO");
});

test("a log that cannot be written ends the build as if it were written at once", async () => {
  const publish = () => {
    throw new Error("ENOSPC");
  };
  const { emit, atomicallyLater } = createEmitter({ journal, clock: systemClock, publish });
  atomicallyLater(() => emit(warn("a")));
  await journal.durable();
  await new Promise((resolve) => setImmediate(resolve));
  expect(() => emit(warn("b"))).toThrow("ENOSPC");
});
