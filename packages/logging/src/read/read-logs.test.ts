import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiCall, type BuildEventBody, noUsage } from "@ccb/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApiCallLog } from "../create-api-call-log.ts";
import { createLogFiles } from "../create-log-files.ts";
import { listApiCalls, readApiCall } from "./read-api-calls.ts";
import { followLogRecords, readLogRecords } from "./read-log-records.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ccb-read-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const scope = { build: "b", phase: "core", task: "api", agent: "claude-code" };
const events: BuildEventBody[] = [
  { type: "phase-start", phase: "core", name: "Core", number: 1, tasks: 1 },
  { type: "task-start", phase: "core", task: "api", name: "API", attempt: 1 },
  { type: "call-refused", scope, model: "m", reason: "cap" },
  { type: "warning", message: "odd" },
];

function writeSome(): void {
  const log = createLogFiles({ directory });
  events.forEach((event, index) => {
    log.event({ ...event, sequence: index + 1, at: "2026-11-21T10:00:00.000Z" });
  });
  log.log("debug", "looked", { phase: "core", task: "other" });
  log.stream("claude-code", "warn").write("from its output\n");
  log.close();
}

const messages = (filter = {}) => [...readLogRecords({ directory, filter })].map(({ message }) => message);

describe("readLogRecords", () => {
  it("filters by phase, task, agent and level", () => {
    writeSome();
    expect(messages()).toHaveLength(6);
    expect(messages({ phase: "core" })).toEqual(["phase-start", "task-start", "call-refused", "looked"]);
    expect(messages({ task: "api" })).toEqual(["task-start", "call-refused"]);
    expect(messages({ agent: "claude-code" })).toEqual(["call-refused", "from its output"]);
    expect(messages({ level: "warn" })).toEqual(["call-refused", "warning", "from its output"]);
    expect(messages({ level: "warn", phase: "core" })).toEqual(["call-refused"]);
  });

  it("reads what was set aside first, and passes over half a line", () => {
    const log = createLogFiles({ directory, rotation: { maxBytes: 500 } });
    for (let line = 0; line < 50; line++) log.log("info", `line ${line}`);
    log.close();
    writeFileSync(join(directory, "structured.jsonl"), '{"at":"x","lev', { flag: "a" });
    expect(messages()).toEqual(Array.from({ length: 50 }, (_, line) => `line ${line}`));
  });

  it("is empty where there is no log", () => {
    expect([...readLogRecords({ directory: join(directory, "none") })]).toEqual([]);
  });
});

describe("followLogRecords", () => {
  it("gives every record once, over files that are set aside meanwhile", async () => {
    const abort = new AbortController();
    const log = createLogFiles({ directory, rotation: { maxBytes: 2_000 } });
    log.log("info", "before");
    const seen: string[] = [];
    const following = (async () => {
      for await (const { message } of followLogRecords({ directory, signal: abort.signal })) {
        seen.push(message);
        if (message === "last") abort.abort();
      }
    })();
    for (let burst = 0; burst < 8; burst++) {
      // Several files are begun and set aside between two looks.
      for (let line = 0; line < 60; line++) log.log("info", `line ${burst * 60 + line}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    log.log("info", "last");
    await following;
    log.close();
    expect(seen).toEqual([...Array.from({ length: 480 }, (_, line) => `line ${line}`), "last"]);
  });
});

describe("followLogRecords with records that are there", () => {
  it("gives the last of them first, from files that were set aside too", async () => {
    const log = createLogFiles({ directory, rotation: { maxBytes: 500 } });
    for (let line = 0; line < 30; line++) log.log("info", `line ${line}`);
    const abort = new AbortController();
    const seen: string[] = [];
    for await (const { message } of followLogRecords({ directory, signal: abort.signal, last: 12 })) {
      if (seen.push(message) === 12) log.log("info", "later");
      if (message === "later") abort.abort();
    }
    log.close();
    expect(seen).toEqual([...Array.from({ length: 12 }, (_, at) => `line ${at + 18}`), "later"]);
  });
});

describe("listApiCalls", () => {
  const call: ApiCall = {
    callNumber: 1,
    at: "2026-11-21T10:11:13.000Z",
    endpoint: "/v1/messages",
    model: "claude-opus-5-5",
    scope,
    requestBody: { messages: [] },
    responseBody: { content: [] },
    status: 200,
    outcome: "answered",
    usage: { ...noUsage, inputTokens: 3, outputTokens: 4 },
    costMicroUsd: 1_234,
    latencyMs: 12.5,
    firstByteMs: 2.5,
    streamChunks: 6,
  };

  it("numbers the calls of all sessions, also one without its summary line", async () => {
    const clock = { now: () => new Date("2026-11-21T10:11:12.000Z"), monotonicMs: () => 0 };
    for (let session = 1; session <= 11; session++) {
      const log = createApiCallLog({ directory, clock });
      await log.write({ ...call, costMicroUsd: session === 3 ? undefined : session });
      if (session === 2) unlinkSync(join(log.sessionDirectory, "session_summary.jsonl"));
    }
    const calls = listApiCalls({ directory });
    expect(calls.map(({ number, costUsd }) => [number, costUsd && Math.round(costUsd * 1e6)])).toEqual(
      Array.from({ length: 11 }, (_, at) => [at + 1, at === 2 ? undefined : at + 1]),
    );
    expect(calls[1]).toEqual({ ...calls[0], number: 2, id: "session_20261121_101112_2/call_0001", costUsd: 0.000002 });
    expect(readApiCall({ directory, id: calls[10]?.id ?? "" })).toMatchObject({ call_id: calls[10]?.id });
    expect(readApiCall({ directory, id: "session_1/call_0001" })).toBeUndefined();
  });
});
