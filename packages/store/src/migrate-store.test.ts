import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcbError } from "@ccb/core/errors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrateStore, readMigrationStatus, rollBackStore } from "./migrate-store.ts";
import type { MigrationSet } from "./migration-set.ts";
import { openStore } from "./open-store.ts";

let folder: string;
let path: string;
let backupDirectory: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-migrate-"));
  path = join(folder, "build.db");
  backupDirectory = join(folder, "backups");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const notes = (versions: number): MigrationSet => ({
  name: "notes",
  steps: [
    {
      version: 1,
      name: "notes",
      up: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT",
      down: "DROP TABLE notes",
    },
    {
      version: 2,
      name: "colour of a note",
      up: "ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'white'",
      down: "ALTER TABLE notes DROP COLUMN colour",
    },
  ].slice(0, versions),
});
const tags: MigrationSet = {
  name: "tags",
  steps: [
    {
      version: 1,
      name: "tags",
      up: "CREATE TABLE tags (note INTEGER NOT NULL REFERENCES notes, tag TEXT NOT NULL) STRICT",
      down: "DROP TABLE tags",
    },
  ],
};

/** A database of version 1 with 300 notes. */
function fill(migrations = [notes(1)]): void {
  const store = openStore({ path, migrations });
  const insert = store.database.prepare("INSERT INTO notes (text) VALUES (?)");
  store.transaction(() => {
    for (let id = 1; id <= 300; id++) insert.run(`note ${id}`);
  });
  store.close();
}

function rows(file: string, sql: string): unknown[] {
  const store = openStore({ path: file, migrations: [], readOnly: true });
  try {
    return store.database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    store.close();
  }
}

const contents = "SELECT COUNT(*) AS notes, MIN(text) AS first, MAX(id) AS last FROM notes";
const whole = [{ notes: 300, first: "note 1", last: 300 }];

function codeOf(work: () => unknown): string {
  try {
    work();
    return "no error";
  } catch (error) {
    return CcbError.isInstance(error) ? error.code : String(error);
  }
}

describe("migrateStore", () => {
  it("copies the database, then applies what is missing", () => {
    fill();
    const migrations = [notes(2), tags];
    expect(
      readMigrationStatus({ path, migrations }).map(({ set, version, appliedAt }) => [
        set,
        version,
        appliedAt !== undefined,
      ]),
    ).toEqual([
      ["notes", 1, true],
      ["notes", 2, false],
      ["tags", 1, false],
    ]);
    const { steps, backup } = migrateStore({ path, migrations, backupDirectory });
    expect(steps.map(({ name }) => name)).toEqual(["colour of a note", "tags"]);
    expect(rows(path, `${contents} WHERE colour = 'white'`)).toEqual(whole);
    expect(rows(backup ?? "", contents)).toEqual(whole);
    expect(codeOf(() => rows(backup ?? "", "SELECT colour FROM notes"))).not.toBe("no error");
    expect(migrateStore({ path, migrations, backupDirectory })).toEqual({ steps: [], backup: undefined });
    expect(readdirSync(backupDirectory)).toHaveLength(1);
  });

  it("copies what another process has committed and not yet moved into the file", () => {
    fill();
    const other = openStore({ path, migrations: [notes(1)] });
    other.database.exec("INSERT INTO notes (text) VALUES ('in the write-ahead log')");
    const { backup } = migrateStore({ path, migrations: [notes(2)], backupDirectory });
    other.close();
    expect(rows(backup ?? "", "SELECT COUNT(*) AS notes FROM notes")).toEqual([{ notes: 301 }]);
  });
});

describe("openStore with a backup directory", () => {
  it("copies only a database whose tables it changes", () => {
    fill();
    openStore({ path, migrations: [notes(1)], backupDirectory }).close();
    openStore({ path: join(folder, "new.db"), migrations: [notes(1)], backupDirectory }).close();
    expect(existsSync(backupDirectory)).toBe(false);
    openStore({ path, migrations: [notes(2)], backupDirectory }).close();
    const [name = ""] = readdirSync(backupDirectory);
    expect(name).toMatch(/^build\.\d{8}_\d{6}\.db$/);
    expect(rows(join(backupDirectory, name), contents)).toEqual(whole);
  });
});

describe("rollBackStore", () => {
  const migrations = [notes(2), tags];

  it("undoes the last steps and keeps the rows of the tables that stay", () => {
    fill();
    migrateStore({ path, migrations, backupDirectory });
    const store = openStore({ path, migrations });
    store.database.exec("UPDATE notes SET colour = 'red' WHERE id = 7");
    store.close();
    const { steps, backup } = rollBackStore({ path, migrations, backupDirectory, steps: 2 });
    expect(steps.map(({ set, version }) => `${set} ${version}`)).toEqual(["tags 1", "notes 2"]);
    expect(rows(path, contents)).toEqual(whole);
    expect(codeOf(() => rows(path, "SELECT colour FROM notes"))).not.toBe("no error");
    expect(rows(backup ?? "", "SELECT id FROM notes WHERE colour = 'red'")).toEqual([{ id: 7 }]);
    // And forward again.
    migrateStore({ path, migrations, backupDirectory });
    expect(rows(path, `${contents} WHERE colour = 'white'`)).toEqual(whole);
  });

  it("undoes steps of one set only, where one is named", () => {
    fill(migrations);
    rollBackStore({ path, migrations, backupDirectory, steps: 1, set: "notes" });
    expect(readMigrationStatus({ path, migrations }).filter(({ appliedAt }) => appliedAt === undefined)).toMatchObject([
      { set: "notes", version: 2 },
    ]);
  });

  it("changes nothing where a step cannot be undone", () => {
    fill(migrations);
    const store = openStore({ path, migrations });
    store.database.exec("INSERT INTO tags (note, tag) VALUES (1, 'x')");
    store.close();
    // Rows of another table still refer to it.
    expect(codeOf(() => rollBackStore({ path, migrations, backupDirectory, steps: 2, set: "notes" }))).toContain(
      "FOREIGN KEY",
    );
    expect(rows(path, `${contents} WHERE colour = 'white'`)).toEqual(whole);
    expect(readMigrationStatus({ path, migrations }).every(({ appliedAt }) => appliedAt !== undefined)).toBe(true);
  });

  it("refuses more steps than there are, and steps that it does not know", () => {
    fill(migrations);
    expect(codeOf(() => rollBackStore({ path, migrations, backupDirectory, steps: 4 }))).toBe("bad-input");
    expect(codeOf(() => rollBackStore({ path, migrations: [notes(1)], backupDirectory, steps: 1 }))).toBe("bad-input");
    expect(readMigrationStatus({ path, migrations: [notes(1)] }).filter(({ known }) => !known)).toMatchObject([
      { set: "notes", version: 2 },
      { set: "tags", version: 1 },
    ]);
    expect(codeOf(() => readMigrationStatus({ path: join(folder, "none.db"), migrations }))).toBe("bad-input");
    expect(existsSync(backupDirectory)).toBe(false);
  });
});
