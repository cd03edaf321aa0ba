import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CcbError } from "@ccb/core/errors";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { MigrationSet } from "./migration-set.ts";
import { openStore } from "./open-store.ts";

const notesV1: MigrationSet = {
  name: "notes",
  steps: [
    {
      version: 1,
      name: "notes",
      up: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT",
      down: "DROP TABLE notes",
    },
  ],
};
const notesV2: MigrationSet = {
  name: "notes",
  steps: [
    ...notesV1.steps,
    {
      version: 2,
      name: "authors",
      up: "ALTER TABLE notes ADD COLUMN author TEXT; CREATE INDEX notes_author ON notes (author)",
      down: "DROP INDEX notes_author; ALTER TABLE notes DROP COLUMN author",
    },
  ],
};

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-store-"));
  path = join(folder, "state", "build.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function errorOf(work: () => unknown): CcbError {
  try {
    work();
  } catch (error) {
    if (CcbError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("expected a CcbError, nothing was thrown");
}

test("a new database has WAL, full synchronisation, foreign keys and its tables", () => {
  const store = openStore({ path, migrations: [notesV2] });
  const pragma = (name: string) => Object.values(store.database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect(pragma("journal_mode")).toBe("wal");
  expect(pragma("synchronous")).toBe(2);
  expect(pragma("foreign_keys")).toBe(1);
  expect(pragma("busy_timeout")).toBe(5000);
  store.database.exec("INSERT INTO notes (text, author) VALUES ('a', 'b')");
  expect(store.database.prepare("SELECT set_name, version, step_name FROM schema_versions").all()).toMatchObject([
    { set_name: "notes", version: 1, step_name: "notes" },
    { set_name: "notes", version: 2, step_name: "authors" },
  ]);
  expect(store.findDamage()).toEqual([]);
  store.close();
  store.close();
});

test("an older database is brought up to date and keeps its rows", () => {
  const first = openStore({ path, migrations: [notesV1] });
  first.database.exec("INSERT INTO notes (text) VALUES ('kept')");
  first.close();
  const second = openStore({ path, migrations: [notesV2] });
  expect(second.database.prepare("SELECT text, author FROM notes").all()).toMatchObject([
    { text: "kept", author: null },
  ]);
  second.close();
});

test("a step that fails leaves nothing of itself and is tried again", () => {
  const broken: MigrationSet = {
    name: "notes",
    steps: [
      ...notesV1.steps,
      { version: 2, name: "broken", up: "CREATE TABLE half (id); CREATE TABLE notes (id)", down: "" },
    ],
  };
  expect(() => openStore({ path, migrations: [broken] })).toThrow(/already exists/);
  const store = openStore({ path, migrations: [notesV2] });
  expect(store.database.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all()).toEqual([]);
  store.close();
});

test("a database that a newer program wrote is refused unchanged", () => {
  openStore({ path, migrations: [notesV2] }).close();
  const error = errorOf(() => openStore({ path, migrations: [notesV1] }));
  expect(error.code).toBe("store-failed");
  expect(error.message).toContain("version 2");
  expect(error.message).toContain("version 1");
  openStore({ path, migrations: [notesV2] }).close();
});

test("misnumbered and twice-named sets are refused", () => {
  const step = { name: "x", up: "SELECT 1", down: "SELECT 1" };
  const gap = { name: "gap", steps: [{ ...step, version: 2 }] };
  expect(errorOf(() => openStore({ path: ":memory:", migrations: [gap] })).code).toBe("usage");
  expect(errorOf(() => openStore({ path: ":memory:", migrations: [notesV1, notesV1] })).message).toContain("two sets");
});

test("read-only: reads, refuses writes, and asks for missing tables to be made", () => {
  expect(errorOf(() => openStore({ path, migrations: [notesV1], readOnly: true })).code).toBe("store-failed");
  openStore({ path, migrations: [notesV1] }).close();
  const store = openStore({ path, migrations: [notesV1], readOnly: true });
  expect(store.database.prepare("SELECT COUNT(*) AS n FROM notes").get()).toMatchObject({ n: 0 });
  const error = errorOf(() => store.transaction(() => store.database.exec("INSERT INTO notes (text) VALUES ('x')")));
  expect(error.message).toContain("cannot be written to");
  store.close();
  expect(errorOf(() => openStore({ path, migrations: [notesV2], readOnly: true })).message).toContain("read-only");
});

test("a file that is no database, and a damaged one, are named", () => {
  const text = join(folder, "text.db");
  writeFileSync(
    text,
    "not a database, only some text that is long enough to be looked at as a header of one hundred bytes, is it?",
  );
  const error = errorOf(() => openStore({ path: text, migrations: [notesV1] }));
  expect(error.code).toBe("store-failed");
  expect(error.message).toContain(text);
  expect(error.hint).toContain("backup");

  const store = openStore({ path, migrations: [notesV1] });
  const insert = store.database.prepare("INSERT INTO notes (text) VALUES (?)");
  store.transaction(() => {
    for (let index = 0; index < 500; index += 1) insert.run("x".repeat(200));
  });
  store.database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  store.close();
  truncateSync(path, 3 * 4096);
  const damage = errorOf(() => {
    const damaged = openStore({ path, migrations: [notesV1] });
    try {
      expect(damaged.findDamage()).not.toEqual([]);
      damaged.transaction(() => damaged.database.prepare("SELECT SUM(LENGTH(text)) FROM notes").get());
    } finally {
      damaged.close();
    }
  });
  expect(damage.code).toBe("store-failed");
  expect(damage.message).toContain("damaged");
});

test("a folder in the place of the file is named", () => {
  expect(errorOf(() => openStore({ path: folder, migrations: [] })).message).toContain(folder);
});

test("a transaction keeps everything or nothing, also inside another", () => {
  const store = openStore({ path, migrations: [notesV1] });
  const add = (text: string) => store.database.prepare("INSERT INTO notes (text) VALUES (?)").run(text);
  const texts = () =>
    store.database
      .prepare("SELECT text FROM notes ORDER BY id")
      .all()
      .map((row) => row.text);
  expect(store.transaction(() => add("a").changes)).toBe(1);
  expect(() =>
    store.transaction(() => {
      add("lost");
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(texts()).toEqual(["a"]);
  store.transaction(() => {
    add("b");
    expect(() =>
      store.transaction(() => {
        add("undone");
        throw new Error("inner");
      }),
    ).toThrow("inner");
    store.transaction(() => add("c"));
  });
  expect(texts()).toEqual(["a", "b", "c"]);
  expect(errorOf(() => store.transaction(async () => add("async"))).code).toBe("usage");
  expect(() => store.transaction(() => store.database.exec("INSERT INTO notes (text) VALUES (NULL)"))).toThrow(
    /NOT NULL/,
  );
  expect(texts()).toEqual(["a", "b", "c"]);
  store.close();
});

test.each(["now", "later"])(
  "acknowledged rows survive kill -9, and node:sqlite prints no warning (disk: %s)",
  async (disk) => {
    const child = spawn(
      process.execPath,
      ["--conditions=ccb-source", join(import.meta.dirname, "fixtures/write-until-killed.ts"), path, disk],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let acknowledged = 0;
    let warnings = "";
    child.stderr.on("data", (data) => {
      warnings += data;
    });
    child.stdout.on("data", (data) => {
      acknowledged = Number(String(data).trim().split("\n").at(-1));
      if (acknowledged >= 20) child.kill("SIGKILL");
    });
    await once(child, "close");
    expect(warnings).toBe("");
    expect(acknowledged).toBeGreaterThanOrEqual(20);
    expect(existsSync(`${path}-wal`)).toBe(true);
    const store = openStore({ path, migrations: [notesV1] });
    const row = store.database.prepare("SELECT COUNT(*) AS n FROM notes").get();
    expect(Number(row?.n)).toBeGreaterThanOrEqual(acknowledged);
    expect(store.findDamage()).toEqual([]);
    store.close();
  },
);

test("transactions that do not wait for the disk are waited for together, and the next one is synced by SQLite again", async () => {
  const store = openStore({ path, migrations: [notesV1] });
  const add = (text: string) => store.database.prepare("INSERT INTO notes (text) VALUES (?)").run(text);
  const synchronous = () => Object.values(store.database.prepare("PRAGMA synchronous").get() ?? {})[0];
  await store.durable();
  const waits = ["a", "b", "c"].map((text) => {
    store.transaction(() => store.transaction(() => add(text)), { disk: "later" });
    return store.durable();
  });
  expect(() =>
    store.transaction(
      () => {
        add("lost");
        throw new Error("no");
      },
      { disk: "later" },
    ),
  ).toThrow("no");
  expect(synchronous()).toBe(2);
  store.transaction(() => add("d"));
  await Promise.all(waits);
  const other = openStore({ path, migrations: [notesV1], readOnly: true });
  const rows = other.database.prepare("SELECT text FROM notes ORDER BY id").all();
  expect(rows.map(({ text }) => text)).toEqual(["a", "b", "c", "d"]);
  other.close();
  store.transaction(() => add("e"), { disk: "later" });
  store.close();
  await store.durable();
});

test("where the disk does not take what was committed, everybody who waits for it is told, then and later", async () => {
  const store = openStore({ path, migrations: [notesV1] });
  const add = () =>
    store.transaction(() => store.database.exec("INSERT INTO notes (text) VALUES ('x')"), { disk: "later" });
  add();
  rmSync(`${path}-wal`);
  await expect(store.durable()).rejects.toMatchObject({ code: "store-failed", details: { path } });
  add();
  await expect(store.durable()).rejects.toThrow("the disk reported an error");
});

test("a write that another process blocks for too long is said to be busy", () => {
  const store = openStore({ path, migrations: [notesV1] });
  store.database.exec("PRAGMA busy_timeout = 10");
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  expect(errorOf(() => store.transaction(() => undefined)).message).toContain("busy");
  other.exec("ROLLBACK");
  other.close();
  store.close();
});

test("a copy is whole and replaces the one before, also while the database is written to", async () => {
  using store = openStore({ path, migrations: [notesV1] });
  const insert = store.database.prepare("INSERT INTO notes (text) VALUES (?)");
  const target = join(folder, "copy.db");
  for (let round = 1; round <= 5; round++) {
    const copying = store.copyTo(target);
    store.transaction(() => insert.run(`round ${round}`));
    await copying;
    using copy = openStore({ path: target, migrations: [notesV1], readOnly: true });
    expect(copy.findDamage()).toEqual([]);
    expect(Number(copy.database.prepare("SELECT count(*) AS n FROM notes").get()?.n)).toBeGreaterThanOrEqual(round - 1);
  }
  expect(readdirSync(folder).sort()).toEqual(["copy.db", "state"]);
});
