import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCcb, startCcb } from "../../test-support/run-ccb.ts";
import { startCollector } from "../../test-support/start-collector.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ccb-telemetry-"));
  writeFileSync(
    join(cwd, "spec.md"),
    "# Diary\n\nA REST service.\n\n## Plant\n\n| Field | Type | Required |\n|---|---|---|\n| id | uuid | yes |\n| name | string | yes |\n\n## Rules\n\n- The service must offer create, read and list for plants.\n",
  );
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  status?: { message?: string };
  links?: { traceId: string; spanId: string }[];
}

function spansOf(bodies: unknown[]): Span[] {
  type Sent = { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
  return (bodies as Sent[]).flatMap((body) =>
    body.resourceSpans.flatMap((one) => one.scopeSpans).flatMap((s) => s.spans),
  );
}

async function freePort(): Promise<number> {
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

test("a build sends its spans and its alerts, and going on with it is a trace that is linked to the first", async () => {
  const collector = await startCollector();
  writeFileSync(
    join(cwd, "ccb.config.yaml"),
    `otlpEndpoint: ${collector.url}\nalerts: { p95LatencySeconds: 0.000001, window: 2, webhook: "${collector.url}/hook" }\nlogs: { maxBytes: 20000, compress: false }\n`,
  );
  const built = await runCcb({ args: ["init", "spec.md", "--offline", "-y", "-o", "out"], cwd });
  expect(built.stderr).toBe("");
  expect(built.code).toBe(0);
  expect(built.stdout).toMatch(/! alert 95 of 100 of the last 2 calls took/);
  expect(readdirSync(join(cwd, "out/logs")).filter((name) => /^structured\.\d.*\.jsonl$/.test(name))).not.toEqual([]);

  const first = spansOf(collector.bodies("/v1/traces"));
  const byId = new Map(first.map((span) => [span.spanId, span]));
  const parents = (span: Span): string[] => {
    const parent = byId.get(span.parentSpanId ?? "");
    return [span.name.split(" ")[0] ?? "", ...(parent ? parents(parent) : [])];
  };
  const chains = first.filter(({ name }) => name.startsWith("chat ")).map((span) => parents(span).join(" < "));
  expect(new Set(chains)).toEqual(new Set(["chat < stage < build", "chat < task < phase < build"]));
  const costs = await runCcb({ args: ["cost", "out", "--json"], cwd });
  expect(chains).toHaveLength((JSON.parse(costs.stdout) as { calls: number }).calls);
  expect(new Set(first.map(({ traceId }) => traceId)).size).toBe(1);
  const alerts = collector.bodies("/hook");
  expect(alerts).toMatchObject([{ alert: "p95-latency", state: "raised", project: "diary" }]);

  const again = await runCcb({ args: ["resume", "out"], cwd });
  expect(again.code).toBe(0);
  const later = spansOf(collector.bodies("/v1/traces")).slice(first.length);
  const root = later.find(({ name }) => name.startsWith("build "));
  const before = first.find(({ name }) => name.startsWith("build "));
  expect(root?.links).toMatchObject([{ traceId: before?.traceId, spanId: before?.spanId }]);
  expect(root?.traceId).not.toBe(before?.traceId);
  expect(collector.bodies("/hook")).toHaveLength(1);
  collector.close();
});

test("kill -9 loses no span: going on with the build ends and sends what was open", async () => {
  const collector = await startCollector();
  writeFileSync(join(cwd, "ccb.config.yaml"), `otlpEndpoint: ${collector.url}\n`);
  const { child, ended } = startCcb({ args: ["init", "spec.md", "--offline", "-y", "--json", "-o", "out"], cwd });
  let seen = "";
  child.stdout.on("data", (text: string) => {
    seen += text;
  });
  const sent = () => spansOf(collector.bodies("/v1/traces"));
  const isInTask = () =>
    seen.includes('"type":"task-start"') && seen.lastIndexOf('"type":"call-end"') > seen.indexOf('"type":"task-start"');
  while (!isInTask() || !sent().some(({ name }) => name.startsWith("chat "))) await delay(20);
  child.kill("SIGKILL");
  await ended;
  const before = sent();
  expect(before.map(({ name }) => name.split(" ")[0])).not.toEqual(expect.arrayContaining(["build"]));
  const { code } = await runCcb({ args: ["resume", "out"], cwd });
  expect(code).toBe(0);
  collector.close();

  const spans = new Map(sent().map((span) => [span.spanId, span]));
  const roots = [...spans.values()].filter(({ name }) => name.startsWith("build "));
  expect(roots.map(({ status }) => status?.message)).toEqual(["cut", undefined]);
  // Every span leads to the root of its run, those that the killed process sent too.
  for (const span of spans.values()) {
    let top = span;
    while (top.parentSpanId) top = spans.get(top.parentSpanId) ?? { ...top, name: "lost", parentSpanId: "" };
    expect(roots.map(({ spanId }) => spanId)).toContain(top.spanId);
  }
  const tasks = [...spans.values()].filter(
    ({ name, traceId }) => name.startsWith("task ") && traceId === roots[0]?.traceId,
  );
  expect(tasks.at(-1)?.status?.message).toBe("cut");
  // As many calls as the ledger has of which the process lived to see the end; of one it may not have come to tell.
  const rows = (await runCcb({ args: ["cost", "out", "--csv"], cwd })).stdout.trim().split("\r\n").slice(1);
  const calls = [...spans.values()].filter(({ name }) => name.startsWith("chat "));
  const known = rows.filter((row) => !row.includes(",unknown,")).length;
  expect([known, known - 1]).toContain(calls.length);
});

const hasPrometheus = spawnSync("prometheus", ["--version"]).status === 0;

// Skipped without Prometheus (Debian: prometheus); CI installs it.
test.skipIf(!hasPrometheus)("a real Prometheus scrapes a build, and its alert rules load and hold", async () => {
  const [port, own] = [await freePort(), await freePort()];
  const rules = join(import.meta.dirname, "../../../../docs/prometheus-alerts.yml");
  writeFileSync(
    join(cwd, "prometheus.yml"),
    JSON.stringify({
      global: { scrape_interval: "200ms", scrape_timeout: "200ms", evaluation_interval: "200ms" },
      rule_files: [rules],
      scrape_configs: [{ job_name: "ccb", static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
    }),
  );
  const prometheus = spawn(
    "prometheus",
    [`--config.file=${cwd}/prometheus.yml`, `--storage.tsdb.path=${cwd}/tsdb`, `--web.listen-address=127.0.0.1:${own}`],
    { stdio: "ignore" },
  );
  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${own}/api/v1/${path}`).catch(() => undefined))?.json().catch(() => undefined);
  try {
    while (!(await ask("status/buildinfo"))) await delay(100);
    const { ended, child } = startCcb({
      args: ["init", "spec.md", "--offline", "-y", "--json", "-o", "out", "--metrics-port", String(port)],
      cwd,
    });
    const taken = once(child.stderr, "data");
    expect(String((await taken)[0])).toContain(`Metrics: http://127.0.0.1:${port}/metrics`);
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    const calls = stdout.split("\n").filter((line) => line.includes('"type":"call-end"')).length;
    const query = encodeURIComponent("max_over_time(sum(ccb_model_calls_total{status='answered'})[5m:200ms])");
    const answer = (await ask(`query?query=${query}`)) as { data: { result: { value: [number, string] }[] } };
    const seen = Number(answer.data.result[0]?.value[1]);
    // The last calls may come after the last scrape.
    expect(seen).toBeGreaterThan(calls / 2);
    expect(seen).toBeLessThanOrEqual(calls);
    const loaded = (await ask("rules")) as { data: { groups: { rules: { name: string; health: string }[] }[] } };
    const found = loaded.data.groups.flatMap((group) => group.rules);
    expect(found).toHaveLength(6);
    expect(found.filter(({ health }) => health !== "ok")).toEqual([]);
  } finally {
    prometheus.kill("SIGKILL");
    await once(prometheus, "exit");
  }
});

test.each([
  ["metricsPort: nine", /ccb\.config\.yaml cannot be used: metricsPort: /],
  ["alerts: { costShares: 0.8 }", /cannot be used: alerts: .*costShares/],
  ["alertz: {}", /cannot be used: .*alertz/],
  ["logs: { maxBytes: 3 }", /cannot be used: logs\.maxBytes: /],
  ["routes: [{ models: [kimi-*], baseUrl: nowhere }]", /cannot be used: routes\.0\.baseUrl: /],
  ["prices: { models: [{ model: x, inputs: 1 }] }", /cannot be used: .*models\[0\]/],
  ["a: [", /cannot be used: /],
])("a configuration file with %s is refused before anything is done", async (text, message) => {
  writeFileSync(join(cwd, "ccb.config.yaml"), `${text}\n`);
  for (const args of [
    ["init", "spec.md", "--offline", "-o", "out"],
    ["gateway", "--upstream", "http://127.0.0.1:9"],
  ]) {
    const { code, stderr, stdout } = await runCcb({ args, cwd });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  }
});

test("a port that is taken and an endpoint that is none end the command with 2", async () => {
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const init = ["init", "spec.md", "--offline", "-o", "out"];
  const taken = await runCcb({ args: [...init, "--metrics-port", String(port)], cwd });
  server.close();
  expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining(`port ${port} of 127.0.0.1 (EADDRINUSE)`) });
  const wrong = await runCcb({ args: [...init, "--otlp-endpoint", "collector:4318"], cwd });
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--otlp-endpoint must be an http or https URL"),
  });
  const missing = await runCcb({ args: [...init, "--config", "none.yaml"], cwd });
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("none.yaml does not exist") });
});
