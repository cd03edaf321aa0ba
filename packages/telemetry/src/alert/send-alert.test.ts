import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { AlertChange } from "./create-alert-watch.ts";
import { parseAlertRules } from "./parse-alert-rules.ts";
import { sendAlert } from "./send-alert.ts";

const alert: AlertChange = {
  type: "alert-raised",
  alert: "task-cost",
  subject: "t1",
  value: 6,
  threshold: 5,
  message: "task t1 has cost $6.00",
};
const about = { build: "b", project: "shop" };
const folder = mkdtempSync(join(tmpdir(), "ccb-alert-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function startHook(status: number) {
  const bodies: string[] = [];
  const server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      bodies.push(body);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`;
  return { url, bodies, close: () => server.close().closeAllConnections() };
}

test("the webhook and the command are both given the alert as JSON", async () => {
  const hook = await startHook(204);
  const file = join(folder, "alert.json");
  const environment = { PATH: process.env.PATH ?? "", FILE: file };
  const problems = await sendAlert({
    alert,
    about,
    environment,
    webhook: hook.url,
    command: ["sh", "-c", 'cat > "$FILE"'],
  });
  hook.close();
  expect(problems).toEqual([]);
  const sent = {
    build: "b",
    project: "shop",
    alert: "task-cost",
    subject: "t1",
    value: 6,
    threshold: 5,
    message: "task t1 has cost $6.00",
    state: "raised",
    text: "CCB shop: task t1 has cost $6.00",
  };
  expect(JSON.parse(hook.bodies[0] ?? "")).toEqual(sent);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(sent);
});

test("what goes wrong is told without the path of the webhook, which may be a secret", async () => {
  const hook = await startHook(500);
  const environment = { PATH: process.env.PATH ?? "" };
  const send = (to: object) => sendAlert({ alert, about, environment, limitMs: 500, ...to });
  const problems = [
    ...(await send({ webhook: hook.url, command: ["sh", "-c", "exit 3"] })),
    ...(await send({ webhook: "http://127.0.0.1:9/secret-path", command: ["no-such-program"] })),
    ...(await send({ command: ["sleep", "10"] })),
  ];
  hook.close();
  expect(problems.map((problem) => problem.replace(/127\.0\.0\.1:\d+/, "HOST"))).toEqual([
    "The alert webhook at HOST answered 500.",
    "The alert command sh ended with exit code 3.",
    expect.stringMatching(/^The alert webhook at HOST could not be reached \(/),
    expect.stringMatching(/^The alert command no-such-program could not be run \(/),
    "The alert command sleep ended with SIGKILL.",
  ]);
  expect(problems.join()).not.toContain("secret-path");
});

test("rules are read strictly", () => {
  expect(parseAlertRules({ costShare: 0.8, command: ["a"] })).toEqual({ costShare: 0.8, command: ["a"] });
  for (const [bad, place] of [
    [{ costShares: 0.8 }, "alerts"],
    [{ costShare: 80 }, "alerts.costShare"],
    [{ webhook: "ftp://x" }, "alerts.webhook"],
    [{ command: [] }, "alerts.command"],
    [{ window: 1 }, "alerts.window"],
    ["high", "alerts"],
  ] as const) {
    expect(() => parseAlertRules(bad)).toThrow(new RegExp(`^${place}: `));
  }
});
