import type { Check } from "@ccb/core";
import { describe, expect, test } from "vitest";
import { renderShop } from "../_shop-service.ts";
import { createTestProject } from "../_test-project.ts";
import { findChromium } from "./_open-page.ts";
import { builtInCheckKinds } from "./built-in-kinds.ts";
import { defineCheckKind } from "./check-kind.ts";
import { runCheck } from "./run-check.ts";
import { testCheckKind } from "./test-check-kind.ts";

const service = { command: "node server.mjs", readyPath: "/health", env: { DATABASE_FILE: "{{tmp}}/shop.db" } };
const shop = { "server.mjs": renderShop() };
const hasBrowser = findChromium() !== undefined;

interface Trial {
  passing: Check;
  failing: Check;
  files?: Record<string, string>;
}

const add = {
  method: "POST",
  path: "/notes",
  body: { title: "Tea" },
  expect: { status: 201 },
  save: { id: "id" },
} as const;
const trials: Record<string, Trial> = {
  command: {
    passing: { kind: "command", command: "cat a.txt", expect: { exitCode: 0, stdoutIncludes: ["hello"] } },
    failing: { kind: "command", command: "cat a.txt", expect: { exitCode: 0, stdoutIncludes: ["bye"] } },
    files: { "a.txt": "hello" },
  },
  file: {
    passing: { kind: "file", path: "a.txt", expect: { exists: true, contains: ["hello"] } },
    failing: { kind: "file", path: "b.txt", expect: { exists: true } },
    files: { "a.txt": "hello" },
  },
  http: {
    passing: { kind: "http", service, requests: [add] },
    failing: { kind: "http", service, requests: [{ ...add, expect: { status: 200 } }] },
  },
  sql: {
    passing: {
      kind: "sql",
      database: { engine: "sqlite", file: "{{tmp}}/shop.db" },
      service,
      requests: [add],
      queries: [
        {
          sql: "SELECT title FROM notes WHERE id = ?",
          parameters: ["{{id}}"],
          expect: { rows: 1, json: [{ path: "0.title", op: "equals", value: "Tea" }] },
        },
      ],
    },
    failing: {
      kind: "sql",
      database: { engine: "sqlite", file: "{{tmp}}/shop.db" },
      service,
      queries: [{ sql: "SELECT * FROM notes WHERE title = 'Tea'", expect: { rows: 1 } }],
    },
  },
  browser: {
    passing: {
      kind: "browser",
      service,
      requests: [add],
      steps: [
        { do: "open", path: "/" },
        { do: "see", title: "Shop", target: "li.note", count: 3 },
        { do: "fill", target: "label=Title", value: "Salt" },
        { do: "click", target: 'role=button[name="Add"]' },
        { do: "see", target: "li.note", text: "Salt", count: 4 },
        { do: "reload" },
        { do: "see", target: "li.note >> nth=3", text: "Salt" },
      ],
    },
    failing: {
      kind: "browser",
      service,
      stepTimeoutMs: 300,
      steps: [
        { do: "open", path: "/" },
        { do: "click", target: "text=Buy everything" },
      ],
    },
  },
  load: {
    passing: {
      kind: "load",
      service,
      requests: [{ method: "GET", path: "/notes" }],
      concurrency: 4,
      durationMs: 300,
      expect: { p95Ms: 5_000, p99Ms: 8_000, requestsPerSecond: 1 },
    },
    failing: {
      kind: "load",
      service,
      requests: [{ method: "GET", path: "/nothing-here" }],
      concurrency: 2,
      durationMs: 200,
      expect: { p95Ms: 5_000 },
    },
  },
  security: {
    passing: {
      kind: "security",
      service,
      setup: [add],
      paths: ["/"],
      headers: { "x-content-type-options": "nosniff", "x-powered-by": null },
      probes: [
        { method: "GET", path: "/notes?q={{probe}}" },
        { method: "POST", path: "/notes", body: { title: "{{probe}}" }, classes: ["sql", "html"] },
      ],
    },
    failing: { kind: "security", service, headers: { "content-security-policy": "default-src" } },
  },
  script: {
    passing: {
      kind: "script",
      language: "node",
      service,
      source:
        "const { items } = await (await fetch(process.env.SERVICE_URL + '/notes')).json(); if (items.length !== 2) throw new Error('items');",
      expect: { exitCode: 0 },
    },
    failing: { kind: "script", language: "sh", source: "echo no; exit 4", expect: { exitCode: 0 } },
  },
};

describe("every kind of check", () => {
  test("has a trial", () => {
    expect(Object.keys(trials)).toEqual(builtInCheckKinds.map(({ name }) => name));
  });

  for (const kind of builtInCheckKinds) {
    const trial = trials[kind.name];
    if (!trial) continue;
    const { passing, failing, files = shop } = trial;
    test.skipIf(kind.name === "browser" && !hasBrowser)(
      `${kind.name} does what every kind must`,
      { timeout: 60_000 },
      async () => {
        const points = await testCheckKind({
          kind,
          passing: { input: passing, files },
          failing: { input: failing, files },
          limits: { stopGraceMs: 1_000 },
        });
        expect(points.length).toBeGreaterThan(10);
        expect(points.filter(({ problem }) => problem !== undefined)).toEqual([]);
      },
    );
  }
});

const lineCount = defineCheckKind<{ path: string; lines: number }>({
  name: "line-count",
  version: 1,
  description: "counts the lines of a file",
  parse(input) {
    const { path, lines } = Object(input) as Record<string, unknown>;
    if (typeof path !== "string" || typeof lines !== "number") throw new TypeError("path and lines are needed");
    return { path, lines };
  },
  async run({ path, lines }, { cwd, kinds, ...place }) {
    const command = `wc -l < ${path}`;
    const check: Check = { kind: "command", command, expect: { exitCode: 0, stdoutMatches: `^ *${lines}$` } };
    const { observations, output } = await runCheck({ ...place, cwd, criterionId: "x", phaseId: "x", check });
    return { observations, output };
  },
});

describe("a kind of one's own", () => {
  const files = { "a.txt": "one\ntwo\n" };

  test("is held to the same points", async () => {
    const points = await testCheckKind({
      kind: lineCount,
      passing: { input: { path: "a.txt", lines: 2 }, files },
      failing: { input: { path: "a.txt", lines: 3 }, files },
    });
    expect(points.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  test("one that always passes is found out", async () => {
    const yes = {
      ...lineCount,
      run: async () => ({ observations: [{ passed: true, what: "it", expected: "x", received: "x" }], output: "" }),
    };
    const points = await testCheckKind({
      kind: yes,
      passing: { input: { path: "a.txt", lines: 2 }, files },
      failing: { input: { path: "a.txt", lines: 3 }, files },
    });
    expect(points.flatMap(({ name, problem }) => (problem === undefined ? [] : [name]))).toEqual([
      "fails what is wrong, and says what was expected and received",
      "does not pass in an empty folder",
    ]);
  });

  test("is found by the name that the check uses; an unknown one and a wrong input do not pass", async () => {
    await using project = await createTestProject(files);
    const run = (use: string, input: { path?: string; lines?: number }) =>
      runCheck({
        cwd: project.cwd,
        criterionId: "c",
        phaseId: "p",
        check: { kind: "custom", use, input },
        kinds: [lineCount],
      });
    const good = await run("line-count", { path: "a.txt", lines: 2 });
    expect(good).toMatchObject({ passed: true, checkKind: "custom:line-count", checkVersion: 1 });
    expect(await run("word-count", {})).toMatchObject({
      passed: false,
      summary: expect.stringContaining("line-count"),
    });
    expect((await run("line-count", {})).summary).toContain("path and lines are needed");
  });
});

describe("holes in a service", () => {
  const probe = (path: string, ...classes: ("sql" | "path" | "html" | "command" | "template")[]): Check => ({
    kind: "security",
    service,
    probes: [{ method: "GET", path: `${path}={{probe}}`, classes }],
  });
  test.each<[hole: string, check: Check, summary: RegExp]>([
    ["sql", probe("/notes?q", "sql"), /sql injection at GET \/notes.*(500|answered differently)/],
    ["path", probe("/file?q", "path"), /holds \/etc\/passwd|status 500/],
    ["command", probe("/greet?q", "command"), /holds the command's output/],
    ["template", probe("/greet?q", "template"), /what the expression comes to/],
    [
      "html",
      {
        kind: "security",
        service,
        paths: ["/"],
        probes: [{ method: "POST", path: "/notes", body: { title: "{{probe}}" }, classes: ["html"] }],
      },
      /markup kept and shown at GET \/.*<script>/,
    ],
    [
      "headers",
      { kind: "security", service, headers: { "x-powered-by": null } },
      /expected absent, received "Guesswork"/,
    ],
    ["fields", { kind: "security", service, setup: [add] }, /the member "password"/],
    [
      "trace",
      {
        kind: "security",
        service,
        probes: [{ method: "POST", path: "/notes", body: { title: "{{probe}}" }, classes: ["sql"] }],
      },
      /a stack trace/,
    ],
    [
      "slow",
      {
        kind: "load",
        service,
        requests: [{ method: "GET", path: "/notes" }],
        concurrency: 2,
        durationMs: 400,
        expect: { p95Ms: 60 },
      },
      /p95 latency under load: expected at most 60 ms, received 1\d\d\.\d ms/,
    ],
    [
      "flaky",
      {
        kind: "load",
        service,
        requests: [{ method: "GET", path: "/notes" }],
        concurrency: 4,
        durationMs: 400,
        expect: { errorRate: 0.01 },
      },
      /errors under load: expected at most 1 %, received .*first: GET \/notes: status 503/,
    ],
  ])("%s is found, and found only there", async (hole, check, summary) => {
    await using open = await createTestProject({ "server.mjs": renderShop([hole]) });
    const seen = await runCheck({ criterionId: "c", phaseId: "p", cwd: open.cwd, check });
    expect(seen.passed).toBe(false);
    expect(seen.summary).toMatch(summary);
    if (hole === "slow") return; // how fast the other one is, is the machine's affair
    await using closed = await createTestProject(shop);
    const other = await runCheck({ criterionId: "c", phaseId: "p", cwd: closed.cwd, check });
    expect(other.summary).toMatch(/as expected/);
  });

  test.skipIf(!hasBrowser)("an uncaught error of a page is a failure", async () => {
    await using project = await createTestProject({ "server.mjs": renderShop(["crash"]) });
    const check: Check = { kind: "browser", service, steps: [{ do: "open", path: "/" }] };
    const seen = await runCheck({ criterionId: "c", phaseId: "p", cwd: project.cwd, check });
    expect(seen.summary).toMatch(/errors of the pages: expected none, received 1, first: uncaught/);
    const lenient = await runCheck({
      criterionId: "c",
      phaseId: "p",
      cwd: project.cwd,
      check: { ...check, allowPageErrors: true },
    });
    expect(lenient.passed).toBe(true);
  });
});

test("a query cannot write, and one that never ends is ended", async () => {
  await using project = await createTestProject(shop);
  const run = (sql: string) =>
    runCheck({
      criterionId: "c",
      phaseId: "p",
      cwd: project.cwd,
      check: {
        kind: "sql",
        database: { engine: "sqlite", file: "{{tmp}}/shop.db" },
        service,
        queries: [{ sql, expect: {} }],
      },
    });
  expect((await run("DELETE FROM notes")).summary).toMatch(/readonly|read-only/i);
  const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
  expect((await run(endless)).summary).toMatch(/more than 10000 rows/);
});

test("a secret in an answer does not reach the evidence", async () => {
  const secret = ["sk", "ant", "api03", "x1".repeat(20)].join("-");
  await using project = await createTestProject({ "a.txt": `key ${secret}` });
  const check: Check = { kind: "file", path: "a.txt", expect: { exists: true, contains: ["other"] } };
  const seen = await runCheck({ criterionId: "c", phaseId: "p", cwd: project.cwd, check });
  expect(seen.summary).toContain("key [REDACTED]");
  expect(JSON.stringify(seen)).not.toContain(secret);
});
