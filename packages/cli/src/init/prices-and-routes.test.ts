import { hash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { BuildEvent } from "@ccb/core";
import { createOfflineModel } from "@ccb/offline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCcb } from "../../test-support/run-ccb.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ccb-prices-"));
  writeFileSync(
    join(cwd, "spec.md"),
    "# Diary\n\nA REST service.\n\n## Plant\n\n| Field | Type | Required |\n|---|---|---|\n| id | uuid | yes |\n| name | string | yes |\n\n## Rules\n\n- The service must offer create, read and list for plants.\n",
  );
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const fingerprint = (key: string) => hash("sha256", key).slice(0, 8);

/** Files below a folder that hold a text, whatever they are. */
function findInFiles(folder: string, text: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => {
    const bytes = readFileSync(path);
    return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).includes(text);
  });
}

/** Notes what comes in and passes it on. */
async function startProxy(
  target: string,
): Promise<{ url: string; keys: Set<string>; close: () => void; count: () => number }> {
  const keys = new Set<string>();
  let count = 0;
  const server = http.createServer((request, response) => {
    keys.add(String(request.headers["x-api-key"]));
    count += 1;
    const { host: _host, ...headers } = request.headers;
    const forwarded = http.request(`${target}${request.url}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    count: () => count,
    close: () => server.close().closeAllConnections(),
  };
}

/** Both keys are named by a fingerprint, and are themselves in no file, be it the database or a recording. */
async function expectNotedKeys(
  events: readonly BuildEvent[],
  { key, token, other, usual }: { key: string; token: string; other: string; usual: string },
): Promise<void> {
  const used = (await runCcb({ args: ["logs", "out", "--json"], cwd })).stdout
    .split("\n")
    .flatMap((line) => (line.includes("key-used") ? [(JSON.parse(line) as { event: BuildEvent }).event] : []));
  expect(used).toEqual(events.filter(({ type }) => type === "key-used"));
  const about = { type: "key-used", command: "ccb init" };
  const house = { key: fingerprint(key), kind: "api-key", from: "environment variable HOUSE_KEY" };
  const usualToken = { key: fingerprint(token), kind: "auth-token", from: "environment variable ANTHROPIC_AUTH_TOKEN" };
  expect(used).toMatchObject([
    { ...about, ...house, upstream: other, models: ["ccb-*"] },
    { ...about, ...usualToken, upstream: usual },
  ]);
  expect(events.findIndex(({ type }) => type === "key-used")).toBeLessThan(
    events.findIndex(({ type }) => type === "call-end"),
  );
  expect(readFileSync(join(cwd, "out/logs/audit.jsonl"), "utf8")).toContain(`"key":"${fingerprint(key)}"`);
  for (const secret of [key, token]) expect(findInFiles(join(cwd, "out"), secret)).toEqual([]);
}

test("own prices are in forecast, ledger and cap; a route takes a model's calls elsewhere, with a key of its own", async () => {
  const offline = await createOfflineModel();
  const [usual, other] = [await startProxy(offline.url), await startProxy(offline.url)];
  const key = ["house", "key", "91d2c3"].join("-");
  const token = ["usual", "token", "5c1aa0"].join("-");
  writeFileSync(
    join(cwd, "ccb.config.yaml"),
    [
      "prices:",
      "  models: [{ model: ccb-*, input: 3, output: 15, cacheRead: 0, cacheWrite5m: 3, cacheWrite1h: 3 }]",
      `routes: [{ models: [ccb-*], baseUrl: "${other.url}", keyVariable: HOUSE_KEY }]`,
    ].join("\n"),
  );
  const run = await runCcb({
    args: ["init", "spec.md", "-m", "ccb-offline", "--base-url", usual.url, "--json", "-y", "-o", "out"],
    cwd,
    environment: { HOUSE_KEY: key, ANTHROPIC_AUTH_TOKEN: token },
  });
  expect(run.stderr).toBe("");
  const lines = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const result = lines.at(-1);
  expect(result.outcome).toBe("done");

  expect(usual.count()).toBe(0);
  expect(other.count()).toBeGreaterThan(5);
  expect([...other.keys]).toEqual([key]);
  const events = lines.slice(0, -1) as BuildEvent[];
  await expectNotedKeys(events, { key, token, other: other.url, usual: usual.url });

  const calls = events.filter((event) => event.type === "call-end");
  const expected = calls.reduce(
    (sum, { usage }) =>
      sum +
      Math.round(
        (usage.inputTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens) * 3 + usage.outputTokens * 15,
      ),
    0,
  );
  expect(expected).toBeGreaterThan(0);
  const costs = JSON.parse((await runCcb({ args: ["cost", "out", "--json"], cwd })).stdout);
  expect(costs).toMatchObject({ costMicroUsd: expected, unpricedCalls: 0, calls: calls.length });

  expect((await runCcb({ args: ["cost", "out"], cwd })).stdout).toContain(" · your own prices\n");
  // For a projection at these prices, wherever it is asked for: S is ten turns of 400 tokens written at 15 US dollars a million, and more.
  const saved = JSON.parse(readFileSync(join(cwd, "out/artifacts/forecast.json"), "utf8"));
  expect(saved.sessionMicroUsd.S).toBe((32_000 + 9 * 1_100) * 3 + 10 * 400 * 15);

  const told = events.flatMap((event, index) => (event.type === "forecast-made" ? [{ ...event, index }] : []));
  expect(told.map(({ basis }) => basis)).toEqual(["specification", "plan"]);
  const firstCall = events.findIndex(({ type }) => type === "call-end");
  expect(told[0]?.index).toBeLessThan(firstCall);
  expect(told[1]?.index).toBeGreaterThan(firstCall);
  for (const { lowMicroUsd, expectedMicroUsd, highMicroUsd } of told) {
    expect(lowMicroUsd).toBeGreaterThan(0);
    expect(expectedMicroUsd).toBeGreaterThan(lowMicroUsd);
    expect(highMicroUsd).toBeGreaterThan(expectedMicroUsd);
  }
  const { expectedMicroUsd } = told[1] ?? {};
  expect(result.summary.forecast).toMatchObject({
    expectedMicroUsd,
    first: { expectedMicroUsd: told[0]?.expectedMicroUsd },
  });

  // Going on makes no forecast from the specification: what it would say has been paid for.
  const again = await runCcb({ args: ["resume", "out"], cwd, environment: { HOUSE_KEY: "another-house-key" } });
  expect(again.code).toBe(0);
  expect(readFileSync(join(cwd, "out/logs/structured.jsonl"), "utf8")).toContain(fingerprint("another-house-key"));
  expect((await runCcb({ args: ["audit", "verify", "out"], cwd })).code).toBe(0);
  expect(again.stdout).toMatch(
    /Forecast +\$[\d.]+ \(\$[\d.]+ to \$[\d.]+\), \$[\d.]+ before the plan; it came to \$[\d.]+, (below|within|above) it/,
  );
  expect(again.stdout).not.toContain("by the size of the specification");
  for (const part of [usual, other]) part.close();
  await offline.close();
});

test("a build that is expected to cost more than its cap says so before the first call", async () => {
  const offline = await createOfflineModel();
  const run = await runCcb({
    args: [
      "init",
      "spec.md",
      "-m",
      "claude-opus-5-5",
      "--base-url",
      offline.url,
      "--max-cost",
      "0.01",
      "-y",
      "-o",
      "out",
    ],
    cwd,
  });
  await offline.close();
  expect(run.code).toBe(4);
  expect(run.stdout).toMatch(
    /≈ forecast +\$[\d.]+ \(.*by the size of the specification\n.*more than its cap of \$0\.01/,
  );
});
