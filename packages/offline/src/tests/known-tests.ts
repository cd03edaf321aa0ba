/** Tests that the offline model knows, for functions of the services it builds. `{{root}}` leads from the test to the project. */
export interface KnownTests {
  /** Imports beside those of the functions, and helpers. */
  preamble: string;
  /** By the name of the function. */
  tests: Readonly<Record<string, string>>;
}

const taskResource = `const resource = {
  title: "task",
  fields: { state: { type: "enum", default: "open" }, doneAt: { type: "datetime" }, doneOn: { type: "date" } },
  states: {
    field: "state",
    initialOnly: true,
    allowed: { open: ["done"], done: [] },
    stamps: { done: ["doneAt", "doneOn"] },
  },
  frozen: { field: "state", values: ["done"] },
};`;

/** By the path of the file in a generated service. */
export const knownTests: Readonly<Record<string, KnownTests>> = {
  "src/data/database.js": {
    preamble: "",
    tests: {
      openDatabase: `test("openDatabase opens a database that keeps to its foreign keys", () => {
  const database = openDatabase(":memory:");
  assert.equal(database.prepare("PRAGMA foreign_keys").get().foreign_keys, 1);
  database.close();
});`,
      inTransaction: `test("inTransaction keeps all of the work or nothing of it", () => {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE names (name TEXT)");
  const add = (name) => database.prepare("INSERT INTO names VALUES (?)").run(name);
  assert.equal(inTransaction(database, () => { add("kept"); return 7; }), 7);
  assert.throws(() => inTransaction(database, () => { add("lost"); throw new Error("no"); }), /^Error: no$/);
  assert.deepEqual(database.prepare("SELECT name FROM names").all().map(({ name }) => name), ["kept"]);
  database.close();
});`,
    },
  },
  "src/data/rows.js": {
    preamble: "",
    tests: {
      toColumn: `test("toColumn gives what SQLite can store", () => {
  assert.equal(toColumn({ type: "boolean" }, true), 1);
  assert.equal(toColumn({ type: "boolean" }, false), 0);
  assert.equal(toColumn({ type: "strings" }, ["a", "b"]), '["a","b"]');
  assert.equal(toColumn({ type: "string" }, undefined), null);
  assert.equal(toColumn({ type: "integer" }, 3), 3);
});`,
      fromRow: `test("fromRow shows a row as the API does, without what is only written", () => {
  const fields = { done: { type: "boolean" }, tags: { type: "strings" }, secret: { type: "string", writeOnly: true } };
  assert.deepEqual(fromRow({ fields }, { done: 1, tags: '["a"]', secret: "s" }), { done: true, tags: ["a"] });
  assert.deepEqual(fromRow({ fields }, { done: 0 }), { done: false, tags: null });
});`,
    },
  },
  "src/environment.js": {
    preamble: 'import { settings } from "{{root}}src/settings.js";',
    tests: {
      readEnvironment: `test("readEnvironment reads the port, and says what is wrong with one that is none", () => {
  const name = settings.environment.port;
  assert.equal(readEnvironment({ [name]: "8123" }).port, 8123);
  assert.equal(readEnvironment({}).port, settings.defaultPort);
  assert.match(readEnvironment({ [name]: "70000" }).problem, /must be a port number from 0 to 65535/);
});`,
    },
  },
  "src/http/errors.js": {
    preamble: "",
    tests: {
      notFound: `test("notFound is a 404 that names what is missing", () => {
  const error = notFound("task");
  assert.equal(error.status, 404);
  assert.equal(error.message, "The task was not found.");
});`,
      conflict: `test("conflict is a 409 with its code", () => {
  assert.equal(conflict("It is taken.").status, 409);
  assert.equal(conflict("It is taken.", "taken").code, "taken");
});`,
    },
  },
  "src/http/request.js": {
    preamble: `import { Readable } from "node:stream";

const requestOf = (text, headers) => Object.assign(Readable.from([Buffer.from(text)]), { headers });`,
    tests: {
      readJsonBody: `test("readJsonBody reads JSON, and refuses what is none", async () => {
  const json = { "content-type": "application/json; charset=utf-8" };
  assert.deepEqual(await readJsonBody(requestOf('{"a":1}', json)), { a: 1 });
  await assert.rejects(readJsonBody(requestOf("{", json)), { status: 400, code: "malformed_json" });
  await assert.rejects(readJsonBody(requestOf("{}", { "content-type": "text/plain" })), { status: 415 });
});`,
    },
  },
  "src/http/respond.js": {
    preamble: 'import { ApiError } from "{{root}}src/http/errors.js";',
    tests: {
      answerError: `test("answerError tells the client of an error that is meant for it", () => {
  const answer = answerError(new ApiError(418, "teapot", "It is a teapot.", { headers: { "x-pot": "tea" } }));
  assert.equal(answer.status, 418);
  assert.deepEqual(answer.headers, { "x-pot": "tea" });
  assert.match(JSON.stringify(answer.body), /It is a teapot\\./);
});`,
    },
  },
  "src/resource/definition.js": {
    preamble: "",
    tests: {
      defineResource: `test("defineResource gives the resource back as it is", () => {
  const resource = { name: "tasks" };
  assert.equal(defineResource(resource), resource);
});`,
    },
  },
  "src/resource/states.js": {
    preamble: taskResource,
    tests: {
      checkTransition: `test("checkTransition refuses a change that the definition does not allow", () => {
  assert.equal(checkTransition(resource, { state: "open" }, { state: "done" }), undefined);
  assert.throws(() => checkTransition(resource, { state: "done" }, { state: "open" }), /cannot go from "done" to "open"/);
});`,
      refusedTransition: `test("refusedTransition says what is allowed", () => {
  assert.match(refusedTransition(resource, "open", "lost").message, /allowed from "open": done/);
  assert.match(refusedTransition(resource, "done", "open").message, /"done" is final/);
});`,
      checkInitialState: `test("checkInitialState refuses a record that begins in another state", () => {
  assert.equal(checkInitialState(resource, { state: "open" }), undefined);
  assert.throws(() => checkInitialState(resource, { state: "done" }), { name: "Error" });
});`,
      stampState: `test("stampState fills the times of a state when it is entered", () => {
  const now = new Date("2026-01-31T09:30:00.000Z");
  const stamps = { doneAt: "2026-01-31T09:30:00.000Z", doneOn: "2026-01-31" };
  assert.deepEqual(stampState(resource, { from: "open", to: "done", now }), stamps);
  assert.deepEqual(stampState(resource, { from: "done", to: "done", now }), {});
});`,
      checkFrozen: `test("checkFrozen refuses a change in a frozen state", () => {
  assert.equal(checkFrozen(resource, { state: "open" }), undefined);
  assert.throws(() => checkFrozen(resource, { state: "done" }), { status: 409 });
});`,
    },
  },
};
