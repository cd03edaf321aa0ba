import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestEnvironment } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { createTestProject } from "../_test-project.ts";
import { runCheck } from "../check/run-check.ts";
import { findProgram } from "./_find-program.ts";
import { type DataSchema, generateData } from "./generate-data.ts";
import { planEnvironment, startEnvironment } from "./start-environment.ts";

function has(program: string): boolean {
  try {
    return findProgram(program, program) !== "";
  } catch {
    return false;
  }
}

const hasPostgres = has("postgres");
const hasRedis = has("redis-server");
const ids = { criterionId: "c", phaseId: "p" };

function listFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("ccb-environment-"));
}

test.skipIf(!hasPostgres)(
  "PostgreSQL: started, seeded, filled by its columns, read by a check that cannot write, gone",
  { timeout: 120_000 },
  async () => {
    const schema = `CREATE TYPE state AS ENUM ('open', 'done');
    CREATE TABLE people (id SERIAL PRIMARY KEY, email VARCHAR(40) NOT NULL UNIQUE, born DATE, note JSONB);
    CREATE TABLE tasks (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner INTEGER NOT NULL REFERENCES people (id), title TEXT NOT NULL, state state NOT NULL, hours NUMERIC);`;
    await using project = await createTestProject({ "schema.sql": schema });
    const environment: TestEnvironment = {
      services: [
        {
          use: "postgres",
          seed: ["schema.sql", "INSERT INTO people (email) VALUES ('ann@example.com')"],
          generate: [
            { table: "people", rows: 600 },
            { table: "tasks", rows: 50 },
          ],
        },
      ],
    };
    const before = listFolders();
    const running = await startEnvironment({ environment, directory: project.cwd });
    const url = running.variables.DATABASE_URL ?? "";
    const look = (sql: string, expectation: object) =>
      runCheck({
        ...ids,
        cwd: project.cwd,
        env: running.variables,
        check: {
          kind: "sql",
          database: { engine: "postgres", url: "{{DATABASE_URL}}" },
          queries: [{ sql, expect: expectation }],
        },
      });
    const joined =
      "SELECT count(*)::int AS tasks, count(DISTINCT state)::int AS states FROM tasks JOIN people ON people.id = owner";
    const counted = await look(joined, {
      json: [
        { path: "0.tasks", op: "equals", value: 50 },
        { path: "0.states", op: "equals", value: 2 },
      ],
    });
    expect(counted.summary).toMatch(/as expected/);
    expect(
      (
        await look("SELECT count(*)::int AS people FROM people", {
          json: [{ path: "0.people", op: "equals", value: 601 }],
        })
      ).passed,
    ).toBe(true);
    expect((await look("SELECT 1 FROM people WHERE email = 'ann@example.com'", { rows: 1 })).passed).toBe(true);
    expect((await look("DELETE FROM tasks", {})).summary).toMatch(/read-only transaction/);
    expect((await look("SELECT pg_sleep(20)", {})).summary).toMatch(/timeout/);
    const other = await startEnvironment({ environment: { services: [{ use: "postgres" }] }, directory: project.cwd });
    expect(other.variables.DATABASE_URL).not.toBe(url);
    await other.stop();
    await running.stop();
    expect(listFolders().filter((name) => !before.includes(name))).toEqual([]);
    const after = await runCheck({
      ...ids,
      cwd: project.cwd,
      check: { kind: "sql", database: { engine: "postgres", url }, queries: [{ sql: "SELECT 1", expect: {} }] },
    });
    expect(after.summary).toMatch(/ECONNREFUSED/);
  },
);

test.skipIf(!hasRedis)(
  "Redis: started, seeded, reached by a check through its variable",
  { timeout: 30_000 },
  async () => {
    await using project = await createTestProject();
    const environment: TestEnvironment = { services: [{ use: "redis", seed: ["SET greeting hello"] }] };
    await using running = await startEnvironment({ environment, directory: project.cwd });
    const source = `import { connect } from "node:net"; const { port } = new URL(process.env.REDIS_URL);
    connect(port, "127.0.0.1").end("GET greeting\\r\\n").on("data", (data) => console.log(String(data)));`;
    const look = await runCheck({
      ...ids,
      cwd: project.cwd,
      env: running.variables,
      check: { kind: "script", language: "node", source, expect: { exitCode: 0, stdoutIncludes: ["hello"] } },
    });
    expect(look.summary).toMatch(/as expected/);
    const wrong = startEnvironment({
      environment: { services: [{ use: "redis", seed: ["NONSENSE"] }] },
      directory: project.cwd,
    });
    await expect(wrong).rejects.toThrow(/"redis".*NONSENSE.*was refused/);
  },
);

const server = `require("node:http").createServer((q, s) => s.end(process.env.UPSTREAM ?? "none")).listen(process.env.PORT, "127.0.0.1")`;

test("any command: its port, its folder, its seed, and variables for the services after it", async () => {
  await using project = await createTestProject({ "server.cjs": server });
  const environment: TestEnvironment = {
    variables: { MODE: "test" },
    services: [
      {
        use: "command",
        name: "mail",
        command: "node server.cjs",
        readyPath: "/",
        variables: { UPSTREAM: "{{url}}/in" },
        seed: ["echo $MODE $DATA_DIR > seeded.txt"],
      },
      { use: "command", name: "edge", command: "node server.cjs" },
    ],
  };
  await using running = await startEnvironment({ environment, directory: project.cwd });
  const [mail, edge] = running.services;
  expect(running.variables).toEqual({ MODE: "test", UPSTREAM: `http://127.0.0.1:${mail?.port}/in` });
  expect(await (await fetch(`http://127.0.0.1:${edge?.port}`)).text()).toBe(running.variables.UPSTREAM);
  expect(existsSync(join(project.cwd, "seeded.txt"))).toBe(true);
  await running.stop();
  await expect(fetch(`http://127.0.0.1:${mail?.port}`)).rejects.toThrow();
});

test("a service that does not come up is named with what it printed, and those before it are ended", async () => {
  await using project = await createTestProject({
    "server.cjs": server.replace(
      "createServer(",
      'createServer((require("node:fs").writeFileSync("port.txt", process.env.PORT),',
    ),
  });
  const environment: TestEnvironment = {
    services: [
      { use: "command", name: "first", command: `node -e '${server}'` },
      { use: "command", name: "broken", command: "echo no luck; exit 3" },
    ],
  };
  const before = listFolders();
  await expect(startEnvironment({ environment, directory: project.cwd })).rejects.toThrow(
    /"broken".*exit code 3.*no luck/,
  );
  expect(listFolders().filter((name) => !before.includes(name))).toEqual([]);
  const slow: TestEnvironment = {
    services: [{ use: "command", name: "slow", command: "sleep 60", readyTimeoutMs: 200 }],
  };
  await expect(startEnvironment({ environment: slow, directory: project.cwd })).rejects.toThrow(
    /"slow".*not ready within 200 ms/,
  );
});

test("a specification's technologies say what is needed", () => {
  expect(planEnvironment(["Node.js", "PostgreSQL 16", "Redis"]).services.map(({ use }) => use)).toEqual([
    "postgres",
    "redis",
  ]);
  expect(planEnvironment(["SQLite", "Redistribution"]).services).toEqual([]);
});

test("generated data fits its schema, and is the same for the same seed", () => {
  const leaf = fc.oneof<fc.Arbitrary<DataSchema>[]>(
    fc.record({
      type: fc.constant("integer"),
      minimum: fc.integer({ min: -50, max: 50 }),
      maximum: fc.integer({ min: 51, max: 90 }),
    }),
    fc.record({
      type: fc.constant("number"),
      exclusiveMinimum: fc.integer({ min: -5, max: 5 }),
      maximum: fc.integer({ min: 6, max: 9 }),
    }),
    fc.record({
      type: fc.constant("string"),
      minLength: fc.integer({ min: 0, max: 40 }),
      maxLength: fc.integer({ min: 40, max: 60 }),
    }),
    fc.record({
      type: fc.constant("string"),
      format: fc.constantFrom("date", "date-time", "email", "uri", "uuid", "ipv4"),
    }),
    fc.constant({ type: ["boolean", "null"] }),
    fc.constant({ enum: ["a", 1, null] }),
  );
  const schemas = fc.record({
    type: fc.constant("object"),
    properties: fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.oneof(leaf, fc.record({ type: fc.constant("array"), items: leaf, minItems: fc.integer({ min: 0, max: 3 }) })),
    ),
    required: fc.subarray(["a", "b", "c"]),
  });
  fc.assert(
    fc.property(schemas, fc.integer(), (drawn, seed) => {
      const schema: DataSchema = { ...drawn, required: drawn.required.filter((name) => name in drawn.properties) };
      const values = generateData(schema, { count: 5, seed });
      expect(generateData(schema, { count: 5, seed })).toEqual(values);
      const parser = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
      for (const value of values) parser.parse(value);
    }),
    { numRuns: 60 },
  );
});
