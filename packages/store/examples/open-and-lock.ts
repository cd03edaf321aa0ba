import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireLock, openStore } from "@ccb/store";

const directory = mkdtempSync(join(tmpdir(), "store-example-"));
const first = acquireLock({ directory });
const second = acquireLock({ directory });
assert(first.acquired && !second.acquired);
console.log("held by this process:", second.by?.pid === process.pid);

const up = "CREATE TABLE steps (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT";
const migrations = [{ name: "steps", steps: [{ version: 1, name: "steps", up, down: "DROP TABLE steps" }] }];
const store = openStore({ path: join(directory, "build.db"), migrations });
store.transaction(() => store.database.exec("INSERT INTO steps (name) VALUES ('analysis'), ('plan')"));
const row = store.database.prepare("SELECT COUNT(*) AS count FROM steps").get();
console.log("steps kept:", row?.count);
assert.equal(row?.count, 2);

store.close();
first.lock.release();
rmSync(directory, { recursive: true });
