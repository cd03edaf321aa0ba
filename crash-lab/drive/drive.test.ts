import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { findProcesses } from "./find-processes.ts";
import { startLabModel } from "./start-lab-model.ts";

async function ask(url: string, text: string): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": "dummy" },
    body: JSON.stringify({
      model: "claude-opus-5-5",
      max_tokens: 100,
      system: "You are the spec-analyzer agent of CCB (Claude Code Builder).",
      messages: [{ role: "user", content: text }],
    }),
  });
}

test("the model server counts every call, shows planned faults, and comes back at the same place", async () => {
  await using model = await startLabModel();
  model.plan({
    when: ({ number }) => number >= 2,
    times: 1,
    fault: { fault: "status", status: 529, errorType: "overloaded_error", message: "x" },
  });
  expect((await ask(model.url, "first")).status).toBe(200);
  expect((await ask(model.url, "second")).status).toBe(529);
  await model.takeDown();
  await expect(ask(model.url, "nobody there")).rejects.toThrow();
  await model.bringUp();
  expect((await ask(model.url, "first")).status).toBe(200);
  const calls = model.calls();
  expect(calls.map(({ messageId, outcome }) => [messageId, outcome])).toEqual([
    ["msg_000001", "answered"],
    ["msg_000002", "refused"],
    ["msg_000003", "answered"],
  ]);
  expect(calls[2]?.contentHash).toBe(calls[0]?.contentHash);
  expect(calls[1]?.contentHash).not.toBe(calls[0]?.contentHash);
  expect(calls[0]?.usage.outputTokens).toBeGreaterThan(0);
  expect(calls[1]?.usage.outputTokens).toBe(0);
});

it.runIf(process.platform === "linux")("processes of a folder are found by place, environment and mark", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ccb-lab-find-"));
  const mark = `CCB_SESSION_MARK=${folder.slice(-6)}`;
  const start = (env: Record<string, string>, cwd: string) =>
    spawn("sleep", ["60"], { env: { PATH: process.env.PATH ?? "", ...env }, cwd, stdio: "ignore" });
  const children = [
    start({}, folder),
    start({ HOME: folder }, "/"),
    start({ CCB_SESSION_MARK: folder.slice(-6) }, "/"),
    start({}, "/"),
  ];
  try {
    await Promise.all(children.map((child) => once(child, "spawn")));
    const found = (marks?: Set<string>) => findProcesses(folder, marks).map(({ pid }) => pid);
    const pids = children.map(({ pid }) => pid);
    expect(found().sort()).toEqual(pids.slice(0, 2).sort());
    expect(found(new Set([mark])).sort()).toEqual(pids.slice(0, 3).sort());
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
