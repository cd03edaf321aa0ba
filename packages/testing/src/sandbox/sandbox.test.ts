import { existsSync } from "node:fs";
import type { Check } from "@ccb/core";
import { describe, expect, test } from "vitest";
import { renderShop } from "../_shop-service.ts";
import { createTestProject } from "../_test-project.ts";
import { runCheck } from "../check/run-check.ts";
import { hasDocker, startTestDocker } from "./_test-docker.ts";
import { createSandbox, detectSandboxes } from "./create-sandbox.ts";
import { testSandbox } from "./test-sandbox.ts";

const hasBubblewrap = (await detectSandboxes()).some(({ kind, isThere }) => kind === "bubblewrap" && isThere);

describe("the conformance of every sandbox", () => {
  test.skipIf(!hasBubblewrap)("bubblewrap", { timeout: 120_000 }, async () => {
    const points = await testSandbox({ open: (options) => createSandbox({ ...options, kind: "bubblewrap" }) });
    expect(points.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(points.filter(({ name }) => name.includes("not contained"))).toEqual([]);
  });

  test.skipIf(!existsSync("/proc/self/stat"))("local, which contains what it says", { timeout: 120_000 }, async () => {
    const points = await testSandbox({
      open: (options) => createSandbox({ ...options, kind: "local", onLocal: async () => true }),
    });
    expect(points.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(points.filter(({ name }) => name.includes("not contained")).length).toBe(2);
  });

  test.skipIf(!hasDocker)("docker", { timeout: 240_000 }, async () => {
    await using daemon = await startTestDocker();
    const { host } = daemon;
    const points = await testSandbox({
      open: (options) => createSandbox({ ...options, kind: "docker", docker: { host } }),
    });
    expect(points.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(points.filter(({ name }) => name.includes("not contained"))).toEqual([]);
  });
});

test("without isolation nothing runs unless somebody agrees, who is told what is open", async () => {
  await using project = await createTestProject();
  const questions: string[] = [];
  const refused = createSandbox({
    directory: project.cwd,
    kind: "local",
    onLocal: async (question) => {
      questions.push(question);
      return false;
    },
  });
  await expect(refused).rejects.toMatchObject({ code: "stopped" });
  expect(questions[0]).toContain("reach the network");
  await expect(createSandbox({ directory: project.cwd, kind: "local" })).rejects.toMatchObject({ code: "stopped" });
});

test("a kind that is not there is said, with the reason", async () => {
  await using project = await createTestProject();
  const docker = { host: "unix:///nowhere/docker.sock" };
  const asked = createSandbox({ directory: project.cwd, kind: "docker", docker });
  await expect(asked).rejects.toMatchObject({ code: "io-failed", message: expect.stringContaining("docker") });
  const [first, second, last] = await detectSandboxes(docker);
  expect(first).toMatchObject({ kind: "docker", isThere: false });
  expect(second?.kind).toBe("bubblewrap");
  expect(last).toMatchObject({ kind: "local", isThere: true });
});

test.skipIf(!hasBubblewrap)(
  "checks run inside, with service, script and database, and cannot reach out",
  { timeout: 60_000 },
  async () => {
    await using project = await createTestProject({ "server.mjs": renderShop() });
    await using sandbox = await createSandbox({ directory: project.cwd, kind: "bubblewrap" });
    const service = { command: "node server.mjs", readyPath: "/health", env: { DATABASE_FILE: "{{tmp}}/shop.db" } };
    const run = (check: Check) => runCheck({ criterionId: "c", phaseId: "p", cwd: project.cwd, sandbox, check });
    const source =
      "const { items } = await (await fetch(process.env.SERVICE_URL + '/notes')).json(); if (items.length !== 2) throw new Error('items');";
    const look = await run({ kind: "script", language: "node", service, source, expect: { exitCode: 0 } });
    expect(look.summary).toMatch(/as expected/);
    const queries = [{ sql: "SELECT title FROM notes", expect: { rows: 2 } }];
    const sql = await run({ kind: "sql", service, database: { engine: "sqlite", file: "{{tmp}}/shop.db" }, queries });
    expect(sql.summary).toMatch(/as expected/);
    const out = await run({ kind: "command", command: "cat /etc/shadow", expect: { exitCode: 0 } });
    expect(out.passed).toBe(false);
  },
);
