import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { gunzipSync } from "node:zlib";
import type { Clock } from "@ccb/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createJsonLinesLog } from "./create-json-lines-log.ts";

let directory: string;
let path: string;
let now: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ccb-jsonl-"));
  path = join(directory, "events.jsonl");
  now = "2026-11-21T10:00:00.000Z";
});
afterEach(() => rmSync(directory, { recursive: true }));

const clock: Clock = { now: () => new Date(now), monotonicMs: () => 0 };
const files = () => readdirSync(directory).sort();
const openLog = (rotation = {}) => createJsonLinesLog({ path, clock, rotation: { maxBytes: 100, ...rotation } });

/** Every number in the log's files, oldest file first. */
function readNumbers(): number[] {
  const aside = files().filter((name) => name !== "events.jsonl");
  return [...aside, "events.jsonl"].flatMap((name) => {
    const bytes = readFileSync(join(directory, name));
    const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { n: number }).n);
  });
}

function writeNumbers(from: number, to: number, rotation = {}): void {
  const log = openLog(rotation);
  for (let n = from; n <= to; n++) log.append({ n, text: "x".repeat(20) });
  log.close();
}

it("sets a file aside before it would grow beyond its limit, compresses it, and loses no line", () => {
  writeNumbers(1, 7);
  expect(files()).toEqual([
    "events.20261121_100000.jsonl.gz",
    "events.20261121_100000_002.jsonl.gz",
    "events.20261121_100000_003.jsonl.gz",
    "events.jsonl",
  ]);
  expect(readFileSync(path).length).toBeLessThanOrEqual(100);
  expect(readNumbers()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it("keeps the order of the files when the clock goes back", () => {
  writeNumbers(1, 4);
  now = "2026-11-21T09:00:00.000Z";
  writeNumbers(5, 8);
  expect(readNumbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

it("deletes what is older than it is kept, and nothing else", () => {
  writeFileSync(join(directory, "events.note.jsonl"), "mine\n");
  writeFileSync(join(directory, "other.20200101_000000.jsonl"), "mine\n");
  writeNumbers(1, 4);
  now = "2026-12-21T09:59:59.000Z";
  writeNumbers(5, 5);
  expect(files()).toContain("events.20261121_100000.jsonl.gz");
  now = "2026-12-21T10:00:01.000Z";
  openLog().close();
  expect(files()).toEqual([
    "events.20261221_095959.jsonl.gz",
    "events.jsonl",
    "events.note.jsonl",
    "other.20200101_000000.jsonl",
  ]);
});

it("keeps plain files where compression is off, and compresses them later where it is on", () => {
  writeNumbers(1, 4, { compress: false });
  expect(files()).toEqual(["events.20261121_100000.jsonl", "events.jsonl"]);
  // As a process leaves it that was killed between the two steps.
  writeFileSync(join(directory, "events.20261121_100000.jsonl.gz.tmp"), "half");
  openLog().close();
  expect(files()).toContain("events.20261121_100000.jsonl.gz");
  expect(files()).not.toContain("events.20261121_100000.jsonl");
  rmSync(join(directory, "events.20261121_100000.jsonl.gz.tmp"), { force: true });
  expect(readNumbers()).toEqual([1, 2, 3, 4]);
});

it("ends a line that a killed process left half written, so that it spoils no other", () => {
  writeFileSync(path, '{"n":1}\n{"n":');
  writeNumbers(2, 2);
  expect(readFileSync(path, "utf8").split("\n").slice(0, 2)).toEqual(['{"n":1}', '{"n":']);
  expect(JSON.parse(readFileSync(path, "utf8").split("\n")[2] ?? "")).toMatchObject({ n: 2 });
});

it("has every acknowledged line after kill -9 while files are set aside all the time", async () => {
  const code = `
    import { createJsonLinesLog } from "@ccb/logging";
    import { writeSync } from "node:fs";
    const log = createJsonLinesLog({ path: process.argv[1], rotation: { maxBytes: 20_000 } });
    for (let n = 1; ; n++) {
      log.append({ n, text: "x".repeat(50) });
      writeSync(1, n + "\\n");
    }`;
  const child = spawn(
    process.execPath,
    ["--conditions=ccb-source", "--input-type=module-typescript", "--eval", code, path],
    { cwd: dirname(import.meta.dirname), stdio: ["ignore", "pipe", "inherit"] },
  );
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged === 6_000) child.kill("SIGKILL");
  }
  expect(acknowledged).toBeGreaterThanOrEqual(6_000);
  // Opening it again finishes what the killed process had begun.
  createJsonLinesLog({ path }).close();
  for (const name of files()) if (name.endsWith(".tmp")) rmSync(join(directory, name));
  expect(files().length).toBeGreaterThan(10);
  expect(readNumbers().slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, at) => at + 1));
});
