import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Clock } from "@ccb/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRedactor } from "../redact/create-redactor.ts";
import { type AuditLog, createAuditLog } from "./create-audit-log.ts";
import { verifyAuditLog } from "./verify-audit-log.ts";

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "ccb-audit-")), "audit.jsonl");
});
afterEach(() => rmSync(dirname(path), { recursive: true }));

const clock: Clock = { now: () => new Date("2026-11-21T10:00:00.000Z"), monotonicMs: () => 0 };
const at = "2026-11-21T10:00:00.000Z";

function write(log: AuditLog, from: number, to: number): void {
  for (let sequence = from; sequence <= to; sequence++) {
    log.event({ type: "warning", message: `für ${sequence} "quoted"`, sequence, at });
  }
}

function writeLog(records: number): Buffer {
  const log = createAuditLog({ path, clock });
  write(log, 1, records);
  log.close();
  return readFileSync(path);
}

describe("verifyAuditLog", () => {
  it("finds every flipped bit of every byte, and where it is", () => {
    const bytes = writeLog(4);
    expect(verifyAuditLog(bytes)).toMatchObject({ intact: true, changed: undefined, torn: undefined });
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([index]) => index);
    for (let index = 0; index < bytes.length; index++) {
      for (let bit = 0; bit < 8; bit++) {
        const copy = Buffer.from(bytes);
        copy.writeUInt8((bytes[index] ?? 0) ^ (1 << bit), index);
        const { intact, changed } = verifyAuditLog(copy);
        expect(intact).toBe(false);
        expect(changed?.record).toBe(ends.findIndex((end) => index <= end) + 1);
      }
    }
  });

  it("finds a record that was taken out, doubled or moved, and anything added", () => {
    const lines = writeLog(5).toString().split("\n").slice(0, -1);
    const check = (changed: string[]) => verifyAuditLog(Buffer.from(`${changed.join("\n")}\n`)).changed?.record;
    expect(check(lines)).toBeUndefined();
    expect(check(lines.toSpliced(1, 1))).toBe(2);
    expect(check(lines.toSpliced(2, 0, lines[2] ?? ""))).toBe(4);
    expect(check([lines[0] ?? "", lines[2] ?? "", lines[1] ?? "", ...lines.slice(3)])).toBe(2);
    expect(check([...lines, "{}"])).toBe(6);
    expect(verifyAuditLog(Buffer.from(`${lines.join("\n")}\nnote`)).changed?.record).toBe(6);
  });

  it("reports a torn tail as such wherever it was cut, and the records before it as intact", () => {
    const bytes = writeLog(3);
    const last = bytes.lastIndexOf(10, bytes.length - 2) + 1;
    for (let length = last + 1; length < bytes.length; length++) {
      const { intact, entries, torn } = verifyAuditLog(bytes.subarray(0, length));
      expect([intact, entries.length, torn]).toEqual([true, 2, { byte: last, bytes: length - last }]);
    }
  });

  it("takes any other bytes for what they are: no log", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10 }), (noise) => {
        expect(verifyAuditLog(noise)).toMatchObject({ intact: false, entries: [] });
      }),
    );
  });
});

describe("createAuditLog", () => {
  it("goes on with the chain of an earlier run", () => {
    writeLog(2);
    const log = createAuditLog({ path, clock });
    log.call({ path: "session/call_0001.json", bytes: 3, sha256: "ab", summary: { cost: 1 } });
    log.files([{ path: "artifacts/plan.json", bytes: 3, sha256: "cd" }]);
    const head = log.head();
    log.close();
    const verdict = verifyAuditLog(readFileSync(path));
    expect(verdict).toMatchObject({ intact: true, head: head.hash });
    expect(verdict.entries.map(({ sequence, type }) => [sequence, type])).toEqual([
      [1, "event"],
      [2, "event"],
      [3, "call"],
      [4, "files"],
    ]);
    expect(head.sequence).toBe(4);
  });

  it("cuts a torn tail off, says so, and goes on", () => {
    const bytes = writeLog(3);
    for (const cut of [1, 40, 200]) {
      writeFileSync(path, bytes);
      truncateSync(path, bytes.length - cut);
      const log = createAuditLog({ path, clock });
      write(log, 3, 3);
      log.close();
      const { intact, entries, torn } = verifyAuditLog(readFileSync(path));
      expect([intact, torn]).toEqual([true, undefined]);
      expect(entries.map(({ type }) => type)).toEqual(["event", "event", "torn-tail-cut", "event"]);
    }
    writeFileSync(path, bytes.subarray(0, 20));
    createAuditLog({ path, clock }).close();
    expect(verifyAuditLog(readFileSync(path)).entries.map(({ type }) => type)).toEqual(["torn-tail-cut"]);
  });

  it("takes back events that a power cut took from it", () => {
    const bytes = writeLog(5);
    truncateSync(path, bytes.indexOf(10) + 1);
    const log = createAuditLog({ path, clock });
    expect(log.lastEvent()).toBe(1);
    log.restore([2, 3].map((sequence) => ({ type: "warning", message: "again", sequence, at })));
    log.restore([]);
    expect(log.lastEvent()).toBe(3);
    log.close();
    const { intact, entries } = verifyAuditLog(readFileSync(path));
    expect(intact).toBe(true);
    expect(entries.map(({ type }) => type)).toEqual(["event", "events-restored", "event", "event"]);
  });

  it("begins a new chain where the last record was changed, and keeps the old one", () => {
    const bytes = writeLog(3);
    writeFileSync(path, bytes.toString().replace("für 3", "für 4"));
    createAuditLog({ path, clock }).close();
    expect(readdirSync(dirname(path))).toEqual(["audit.changed_20261121_100000.jsonl", "audit.jsonl"]);
    expect(verifyAuditLog(readFileSync(path)).entries[0]).toMatchObject({
      type: "log-set-aside",
      body: { path: "audit.changed_20261121_100000.jsonl", bytes: bytes.length },
    });
  });

  it("holds no secret, and still verifies", () => {
    const log = createAuditLog({ path, redact: createRedactor({ secrets: () => ["p4ssw0rd!"] }) });
    log.event({ type: "warning", message: "it is p4ssw0rd!", sequence: 1, at });
    log.close();
    expect(readFileSync(path, "utf8")).not.toContain("p4ssw0rd");
    expect(verifyAuditLog(readFileSync(path)).intact).toBe(true);
  });

  it("has every acknowledged record after kill -9, and goes on from there", async () => {
    const code = `
      import { createAuditLog } from "@ccb/logging";
      import { writeSync } from "node:fs";
      const log = createAuditLog({ path: process.argv[1] });
      for (let sequence = 1; ; sequence++) {
        log.event({ type: "warning", message: "x".repeat(sequence % 500), sequence, at: "" });
        writeSync(1, sequence + "\\n");
      }`;
    const child = spawn(
      process.execPath,
      ["--conditions=ccb-source", "--input-type=module-typescript", "--eval", code, path],
      { cwd: dirname(import.meta.dirname), stdio: ["ignore", "pipe", "inherit"] },
    );
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 3_000) child.kill("SIGKILL");
    }
    appendFileSync(path, '{"hash":"0');
    const log = createAuditLog({ path });
    log.close();
    const { intact, entries } = verifyAuditLog(readFileSync(path));
    expect(intact).toBe(true);
    expect(entries.length).toBeGreaterThan(acknowledged);
    expect(entries.at(-1)?.type).toBe("torn-tail-cut");
  });
});
