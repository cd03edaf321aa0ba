import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { CcbError, type Clock } from "@ccb/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogFiles } from "./create-log-files.ts";
import type { LogRecord } from "./log-record.ts";
import { createRedactor } from "./redact/create-redactor.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ccb-log-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const clock: Clock = { now: () => new Date("2026-11-21T10:00:00.123Z"), monotonicMs: () => 0 };
const read = (name: string) => readFileSync(join(directory, name), "utf8");
const lines = (name: string) => read(name).split("\n").slice(0, -1);

describe("createLogFiles", () => {
  it("writes info and up to the main log and everything to the other two", () => {
    const log = createLogFiles({ directory, clock });
    log.log("debug", "looking", { path: "a b" });
    log.log("info", "task done", { task: "t1", files: 3, cost: undefined });
    log.close();

    expect(lines("claude_code_builder.log")).toEqual([
      "2026-11-21T10:00:00.123Z | ccb | INFO | task done task=t1 files=3",
    ]);
    expect(lines("debug.log")).toHaveLength(2);
    expect(lines("debug.log")[0]).toBe('2026-11-21T10:00:00.123Z | ccb | DEBUG | looking path="a b"');
    expect(lines("structured.jsonl").map((line) => JSON.parse(line))).toEqual([
      { at: "2026-11-21T10:00:00.123Z", level: "debug", name: "ccb", message: "looking", data: { path: "a b" } },
      {
        at: "2026-11-21T10:00:00.123Z",
        level: "info",
        name: "ccb",
        message: "task done",
        data: { task: "t1", files: 3 },
      },
    ]);
  });

  it("writes events whole, with a level by what they mean", () => {
    const records: LogRecord[] = [];
    const log = createLogFiles({ directory, clock, level: "warn", onRecord: (record) => records.push(record) });
    log.event({ type: "stage-start", stage: "plan", sequence: 1, at: "2026-11-21T10:00:01.000Z" });
    log.event({ type: "warning", message: "no git", sequence: 2, at: "2026-11-21T10:00:02.000Z" });
    log.close();

    expect(lines("claude_code_builder.log")).toEqual([
      '2026-11-21T10:00:02.000Z | build | WARN | warning message="no git" sequence=2',
    ]);
    expect(records.map((record) => [record.level, record.event?.sequence])).toEqual([
      ["info", 1],
      ["warn", 2],
    ]);
    expect(JSON.parse(lines("structured.jsonl")[0] ?? "")).toMatchObject({
      event: { type: "stage-start", stage: "plan" },
    });
  });

  it("keeps a record on one line and writes what JSON cannot hold", () => {
    const circle: Record<string, unknown> = { big: 10n, run: () => 1, seen: new Set([1]), at: new Map([["a", 1]]) };
    circle.self = circle;
    const log = createLogFiles({ directory, clock });
    log.log("error", "first\nsecond\u001b[31m", {
      text: "a\nb",
      circle,
      error: new CcbError({ code: "io-failed", message: "disk", hint: "clean up", cause: new Error("ENOSPC") }),
    });
    log.close();

    expect(lines("claude_code_builder.log")).toHaveLength(1);
    expect(read("claude_code_builder.log")).toContain('first\\nsecond\\u001b[31m text="a\\nb"');
    expect(JSON.parse(lines("structured.jsonl")[0] ?? "").data).toMatchObject({
      circle: { big: "10", run: "[function]", seen: [1], at: { a: 1 }, self: "[Circular]" },
      error: { message: "disk", code: "io-failed", hint: "clean up", cause: { message: "ENOSPC" } },
    });
  });

  it("appends to the logs of an earlier run, and refuses lines after close", () => {
    for (const message of ["one", "two"]) {
      const log = createLogFiles({ directory, clock });
      log.log("info", message);
      log.close();
      expect(() => log.log("info", "late")).toThrow("after the log was closed");
    }
    expect(lines("claude_code_builder.log")).toHaveLength(2);
  });

  it("lets no secret reach a file or the console", () => {
    const known = 'pa"ss\\wörd/1';
    const keyShaped = "sk-ant-api03-nobody-told-the-logger-0123456789";
    const seen: string[] = [];
    const log = createLogFiles({
      directory,
      redact: createRedactor({ secrets: () => [known] }),
      onRecord: (record) => seen.push(JSON.stringify(record)),
    });
    log.log("info", `key ${known} and\n${keyShaped}`, {
      known,
      nested: { list: [keyShaped, `\t${keyShaped}`] },
      json: JSON.stringify({ known, text: `\n${keyShaped}` }),
      url: `http://x/?a=${encodeURIComponent(known)}&b=%3D${keyShaped}`,
      ascii: '{"a": "pa\\"ss\\\\w\\u00f6rd/1"}',
      basic: Buffer.from(known).toString("base64"),
      colored: `\u001b[32m${keyShaped}`,
      error: new Error(`refused: ${keyShaped}`),
    });
    log.close();

    const all = ["claude_code_builder.log", "debug.log", "structured.jsonl"].map(read).join("") + seen.join("");
    const forms = [
      known,
      JSON.stringify(known).slice(1, -1),
      encodeURIComponent(known),
      Buffer.from(known).toString("base64"),
    ];
    for (const secret of [...forms, "rd/1", "rd%2F1", "nobody-told-the-logger"]) expect(all).not.toContain(secret);
    expect(all).toContain("[REDACTED]");
  });

  it("stays valid JSON when a secret is a number or spans two values", () => {
    const redact = createRedactor({ secrets: () => ["86753091", '","message":"'] });
    const log = createLogFiles({ directory, redact });
    log.log("info", "pin", { pin: 86753091, text: "x86753091y", other: true });
    log.close();
    expect(JSON.parse(lines("structured.jsonl")[0] ?? "")).toMatchObject({
      message: "pin",
      data: { pin: "[REDACTED]", text: "x[REDACTED]y", other: true },
    });
    expect(read("debug.log") + read("structured.jsonl")).not.toContain("86753091");
  });

  it("makes records of another program's output, however it is cut into pieces", () => {
    const log = createLogFiles({ directory, clock });
    const output = log.stream("claude-code", "warn");
    const key = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
    for (const byte of Buffer.from(`für\r\nkey ${key}!\n\nlast`)) output.write(Uint8Array.of(byte));
    output.end();
    log.close();
    const records = lines("structured.jsonl").map((line) => JSON.parse(line) as LogRecord);
    expect(records.map(({ name, level, message }) => [name, level, message])).toEqual(
      ["für", "key [REDACTED]!", "", "last"].map((message) => ["claude-code", "warn", message]),
    );
    expect(read("debug.log")).not.toContain("api03");
  });

  it("sets all three files aside when they have grown", () => {
    const log = createLogFiles({ directory, clock, rotation: { maxBytes: 1_000 } });
    for (let line = 0; line < 40; line++) log.log("info", "line", { line });
    log.close();
    for (const name of ["claude_code_builder", "debug", "structured"]) {
      expect(readdirSync(directory).filter((file) => file.startsWith(name)).length).toBeGreaterThan(2);
    }
  });

  it("has every acknowledged line after kill -9", async () => {
    const code = `
      import { createLogFiles } from "@ccb/logging";
      import { writeSync } from "node:fs";
      const log = createLogFiles({ directory: process.argv[1] });
      for (let line = 1; ; line++) {
        log.log("info", "line", { line });
        writeSync(1, line + "\\n");
      }`;
    const child = spawn(
      process.execPath,
      ["--conditions=ccb-source", "--input-type=module-typescript", "--eval", code, directory],
      { cwd: dirname(import.meta.dirname), stdio: ["ignore", "pipe", "inherit"] },
    );
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 5_000) child.kill("SIGKILL");
    }
    if (child.signalCode === null) await once(child, "exit");

    expect(child.signalCode).toBe("SIGKILL");
    expect(acknowledged).toBeGreaterThanOrEqual(5_000);
    for (const name of ["claude_code_builder.log", "debug.log"]) {
      expect(lines(name)[acknowledged - 1]).toMatch(new RegExp(` line=${acknowledged}$`));
    }
    const records = lines("structured.jsonl").map((line) => (JSON.parse(line) as { data: { line: number } }).data.line);
    expect(records.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, i) => i + 1));
  });
});
