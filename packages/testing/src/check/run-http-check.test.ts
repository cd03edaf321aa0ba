import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Evidence, HttpCheck, HttpStep } from "@ccb/core";
import { expect, test } from "vitest";
import { createTestProject, isRunning, renderService, waitFor } from "../_test-project.ts";
import { runCheck } from "./run-check.ts";

const health: HttpStep = { method: "GET", path: "/health", expect: { status: 200 } };

interface Scenario {
  source: string;
  requests?: HttpStep[];
  service?: Partial<HttpCheck["service"]>;
  limits?: { requestTimeoutMs?: number; stopGraceMs?: number };
}

interface Outcome {
  evidence: Evidence;
  /** Contents of the files the service left. */
  read(name: string): Promise<string>;
}

async function runScenario(
  { source, requests = [health], service, limits }: Scenario,
  look: (outcome: Outcome) => Promise<void> | void,
): Promise<void> {
  await using project = await createTestProject({ "server.mjs": source });
  const evidence = await runCheck({
    criterionId: "c1",
    phaseId: "p1",
    cwd: project.cwd,
    check: { kind: "http", service: { command: "node server.mjs", readyPath: "/health", ...service }, requests },
    limits,
  });
  const read = (name: string) => readFile(join(project.cwd, name), "utf8");
  await look({ evidence, read });
  const pid = Number(await read("pid.txt").catch(() => "0"));
  if (pid > 0) expect(isRunning(pid), "the service is gone").toBe(false);
}

test("requests in order, with saved values that keep their type", async () => {
  const requests: HttpStep[] = [
    {
      name: "create",
      method: "POST",
      path: "/notes",
      headers: { "X-Trace": "t-1" },
      body: { title: "Milk & co", tags: ["a", "b"], price: 2.5, done: null },
      expect: {
        status: [200, 201],
        headers: { "Content-Type": "APPLICATION/json", location: "/notes/" },
        json: [
          { path: "id", op: "type", value: "integer" },
          { path: "title", op: "matches", value: "^Milk" },
          { path: "tags", op: "length", value: 2 },
          { path: "tags", op: "includes", value: "b" },
          { path: "tags.1", op: "equals", value: "b" },
          { path: "price", op: "gte", value: 2.5 },
          { path: "price", op: "lte", value: 2.5 },
          { path: "done", op: "exists" },
          { path: "done", op: "type", value: "null" },
          { path: "secret", op: "absent" },
          { path: "", op: "type", value: "object" },
        ],
      },
      save: { id: "id", title: "title" },
    },
    {
      method: "POST",
      path: "/notes",
      body: { parent: "{{id}}", label: "child of {{id}}: {{ title }}" },
      expect: {
        status: 201,
        json: [
          { path: "parent", op: "equals", value: 1 },
          { path: "label", op: "equals", value: "child of 1: Milk & co" },
        ],
      },
    },
    {
      method: "GET",
      path: "/notes/{{id}}?q={{title}}",
      expect: { status: 200, json: [{ path: "title", op: "equals", value: "{{title}}" }] },
    },
    {
      method: "GET",
      path: "/notes",
      expect: { status: 200, json: [{ path: "items", op: "includes", value: { parent: 1 } }] },
    },
    {
      name: "broken JSON goes out as it is when the content type is named",
      method: "POST",
      path: "/notes",
      headers: { "content-type": "application/json" },
      body: "{oops",
      expect: { status: 400 },
    },
  ];
  await runScenario({ source: renderService(), requests }, ({ evidence }) => {
    expect(evidence.observations.filter((seen) => !seen.passed)).toEqual([]);
    expect(evidence.passed).toBe(true);
    expect(evidence.observations.at(-1)).toMatchObject({ what: "after the service was stopped" });
  });
});

test("what is wrong with an answer is said as expected and received", async () => {
  const requests: HttpStep[] = [
    {
      method: "GET",
      path: "/notes/7",
      expect: {
        status: 200,
        headers: { "x-total": "1" },
        json: [
          { path: "title", op: "exists" },
          { path: "error", op: "equals", value: "none" },
          { path: "error", op: "matches", value: "(" },
          { path: "error", op: "length", value: "three" },
          { path: "error", op: "absent" },
          { path: "error.length", op: "exists" },
        ],
      },
      save: { id: "id" },
    },
    { method: "GET", path: "/notes/{{id}}", expect: { status: 200 } },
  ];
  await runScenario({ source: renderService(), requests }, ({ evidence }) => {
    expect(evidence.passed).toBe(false);
    expect(evidence.summary).toBe(
      '1. GET /notes/7: status: expected 200, received 404 with body {"error":"no such note"} (and 9 more not as expected)',
    );
    const received = evidence.observations.filter((seen) => !seen.passed).map((seen) => seen.received);
    expect(received).toEqual([
      '404 with body {"error":"no such note"}',
      "absent",
      'absent in {"error":"no such note"}',
      '"no such note"',
      expect.stringContaining("Invalid regular expression"),
      '"three"',
      '"no such note"',
      'absent in {"error":"no such note"}',
      'absent in {"error":"no such note"}',
      'nothing saved as "id" by an earlier request',
    ]);
  });
});

test("an answer that is not JSON, an empty one and a huge one", async () => {
  const route = `
  if (pathname === "/page") return response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1>");
  if (pathname === "/empty") return response.writeHead(204).end();
  if (pathname === "/huge") {
    response.writeHead(200);
    const piece = "x".repeat(1 << 20);
    for (let i = 0; i < 40 && !response.destroyed; i++) if (!response.write(piece)) await new Promise((go) => { response.once("drain", go); response.once("close", go); });
    return response.end();
  }`;
  const json = [{ path: "a", op: "exists" as const }];
  const requests: HttpStep[] = ["/page", "/empty", "/huge"].map((path) => ({
    method: "GET",
    path,
    expect: { status: [200, 204], json },
  }));
  await runScenario({ source: renderService({ route }), requests: [...requests, health] }, ({ evidence }) => {
    const failed = evidence.observations.filter((seen) => !seen.passed);
    expect(failed.map((seen) => seen.received)).toEqual([
      "text/html: <h1>Hello</h1>",
      "an empty body",
      `more than ${8 * 1024 * 1024} bytes`,
    ]);
  });
});

test("a request without an answer ends the check within its time", async () => {
  const route = `if (pathname === "/slow") return;`;
  const slow: HttpStep = { method: "GET", path: "/slow", expect: { status: 200 } };
  const limits = { requestTimeoutMs: 300, stopGraceMs: 500 };
  await runScenario({ source: renderService({ route }), requests: [slow, health], limits }, ({ evidence }) => {
    expect(evidence.summary).toContain("expected an answer, received no complete answer within 300 ms");
    expect(evidence.observations[1]?.received).toContain("not sent");
  });
});

test("a service that dies in the middle", async () => {
  const route = `if (pathname === "/crash") { console.error("cannot go on"); process.exit(9); }`;
  const crash: HttpStep = { method: "GET", path: "/crash", expect: { status: 200 } };
  await runScenario({ source: renderService({ route }), requests: [crash, health] }, ({ evidence }) => {
    expect(evidence.passed).toBe(false);
    expect(evidence.summary).toContain("the connection was closed before a complete answer");
    expect(evidence.output).toContain("cannot go on");
  });
});

test("a service that ends at once says why", async () => {
  const source = `console.log("reading the configuration"); console.error("no database"); process.exit(4);`;
  await runScenario({ source }, ({ evidence }) => {
    expect(evidence.passed).toBe(false);
    expect(evidence.summary).toContain("it ended with exit code 4 before it was ready");
    expect(evidence.summary).toContain("no database");
    expect(evidence.output).toContain("reading the configuration");
  });
});

test("a service that never gets ready", async () => {
  const source = renderService({ route: `if (pathname === "/health") return send(503, {});` });
  await runScenario({ source, service: { readyTimeoutMs: 700 } }, ({ evidence }) => {
    expect(evidence.summary).toMatch(/\/health on port \d+ was not ready within 700 ms \(last answer: status 503\)/);
  });
});

test("a service that takes another port is told so, and the other port is free again", async () => {
  const extra = "";
  const listen = `0, "127.0.0.1", function () { writeFileSync("port.txt", String(this.address().port)); }`;
  await runScenario({ source: renderService({ extra, listen }), service: { readyTimeoutMs: 700 } }, async (outcome) => {
    expect(outcome.evidence.summary).toContain("the service must listen on the port in PORT");
    const port = Number(await outcome.read("port.txt"));
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
    await new Promise((resolve) => server.close(resolve));
  });
});

test("a service that ignores SIGTERM is killed", async () => {
  const extra = `process.on("SIGTERM", () => console.log("no"));`;
  await runScenario({ source: renderService({ extra }), limits: { stopGraceMs: 200 } }, ({ evidence }) => {
    expect(evidence.passed).toBe(true);
    expect(evidence.output).toContain("no");
  });
});

test.each([
  ["in its group", "false"],
  ["in a session of its own", "true"],
])("a grandchild %s is gone", async (_where, detached) => {
  const extra = `
const child = spawn("sleep", ["300"], { detached: ${detached}, stdio: "ignore" });
child.unref();
writeFileSync("child.txt", String(child.pid));`;
  await runScenario({ source: renderService({ extra }) }, async ({ evidence, read }) => {
    expect(evidence.passed).toBe(true);
    expect(isRunning(Number(await read("child.txt")))).toBe(false);
  });
});

test("a service on the IPv6 loopback or started in the background of its shell is found", async () => {
  const source = renderService({ listen: `Number(env.PORT), "::1"` });
  await runScenario({ source, service: { command: "node server.mjs &" } }, ({ evidence }) => {
    expect(evidence.summary).toContain("200, as expected");
    expect(evidence.passed).toBe(true);
  });
});

test("env, a fresh temporary folder that is removed, and no inherited key", async () => {
  const extra = `
writeFileSync("folder.txt", env.DATA_DIR);
writeFileSync("entries.txt", JSON.stringify(readdirSync(env.DATA_DIR)));
writeFileSync(env.DATA_DIR + "/data.db", "x");`;
  const requests: HttpStep[] = [
    {
      method: "GET",
      path: "/env",
      expect: {
        status: 200,
        json: [
          { path: "MODE", op: "equals", value: "test" },
          { path: "ANTHROPIC_API_KEY", op: "absent" },
          { path: "VITEST", op: "absent" },
        ],
      },
    },
  ];
  const service = { env: { DATA_DIR: "{{tmp}}", MODE: "test" } };
  await runScenario({ source: renderService({ extra }), requests, service }, async ({ evidence, read }) => {
    expect(evidence.observations.filter((seen) => !seen.passed)).toEqual([]);
    expect(await read("entries.txt")).toBe("[]");
    await expect(readFile(join(await read("folder.txt"), "data.db"))).rejects.toThrow("ENOENT");
  });
});

test("aborted between two requests: the reason, and no process", async () => {
  const route = `if (pathname === "/wait") { writeFileSync("waiting.txt", "1"); return; }`;
  await using project = await createTestProject({ "server.mjs": renderService({ route }) });
  const controller = new AbortController();
  const running = runCheck({
    criterionId: "c1",
    phaseId: "p1",
    cwd: project.cwd,
    signal: controller.signal,
    check: {
      kind: "http",
      service: { command: "node server.mjs", readyPath: "/health" },
      requests: [{ method: "GET", path: "/wait", expect: { status: 200 } }],
    },
  });
  const read = (name: string) => readFile(join(project.cwd, name), "utf8").catch(() => "");
  await waitFor(async () => (await read("waiting.txt")) !== "");
  controller.abort(new Error("stopped by the user"));
  await expect(running).rejects.toThrow("stopped by the user");
  expect(isRunning(Number(await read("pid.txt")))).toBe(false);
});
