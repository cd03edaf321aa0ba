/**
 * Log lines a second, and what is left of them when the writer is killed with kill -9 in the middle.
 *
 *   node --conditions=ccb-source packages/logging/bench/json-lines.ts
 *
 * Each way of writing has a process of its own that writes the same record for two seconds, tells after every 1,000 how many it has written, and is killed. The first,
 * which neither redacts nor rotates, is what the others are compared with.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gunzipSync } from "node:zlib";

const record = `{ at: "2026-11-21T10:00:00.000Z", level: "info", name: "bench", message: "task progress", data: { phase: "core", task: "api", line } }`;
const writers = [
  {
    name: "JSON.stringify and writeSync",
    setup: `const file = fs.openSync(directory + "/structured.jsonl", "a");`,
    write: `fs.writeSync(file, Buffer.from(JSON.stringify(${record}) + "\\n"));`,
  },
  {
    name: "createJsonLinesLog, no rotation",
    setup: `const log = createJsonLinesLog({ path: directory + "/structured.jsonl", rotation: { maxBytes: Infinity } });`,
    write: `log.append(${record});`,
  },
  {
    name: "createJsonLinesLog, 1 MB and gzip",
    setup: `const log = createJsonLinesLog({ path: directory + "/structured.jsonl" });`,
    write: `log.append(${record});`,
  },
  {
    name: "createLogFiles (three files)",
    setup: `const log = createLogFiles({ directory, name: "bench", rotation: { maxBytes: Infinity } });`,
    write: `log.log("info", "task progress", { phase: "core", task: "api", line });`,
  },
];

let lost = 0;
let base = 0;
for (const { name, setup, write } of writers) {
  const directory = mkdtempSync(join(tmpdir(), "ccb-bench-log-"));
  const { lines, seconds } = await runUntilKilled(
    directory,
    `${setup}\nfor (let line = 1; ; line++) { ${write} TOLD }`,
  );
  const kept = countLines(directory);
  rmSync(directory, { recursive: true });
  if (kept < lines) lost += lines - kept;
  const rate = lines / seconds;
  base ||= rate;
  const share = `${(rate / base).toFixed(2)} × the first`;
  console.log(
    `${name.padEnd(34)} ${Math.round(rate).toLocaleString("en-US").padStart(9)} lines/s ${share}, ${lines - Math.min(kept, lines)} lost`,
  );
}
if (lost > 0) {
  console.error(`${lost} lines were lost.`);
  process.exitCode = 1;
}

/** Runs the writer for two seconds and kills it; the lines it said it had written, and the seconds from its first word to its last. */
async function runUntilKilled(directory: string, body: string): Promise<{ lines: number; seconds: number }> {
  const told = `if (line % 1000 === 0) fs.writeSync(1, line + " " + performance.now() + "\\n");`;
  const code = `import fs from "node:fs";
import { createJsonLinesLog, createLogFiles } from "@ccb/logging";
const directory = process.argv[1];
fs.writeSync(1, "0 " + performance.now() + "\\n");
${body.replace("TOLD", told)}`;
  const child = spawn(process.execPath, ["--conditions=ccb-source", "--input-type=module", "--eval", code, directory], {
    cwd: join(import.meta.dirname, ".."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let first: number | undefined;
  let last = { lines: 0, ms: 0 };
  let killed = false;
  for await (const text of createInterface({ input: child.stdout })) {
    const [lines = 0, ms = 0] = text.split(" ").map(Number);
    first ??= ms;
    last = { lines, ms };
    if (ms - first > 2_000 && !killed) killed = child.kill("SIGKILL");
  }
  return { lines: last.lines, seconds: (last.ms - (first ?? 0)) / 1000 };
}

/** Whole lines in all files that hold the structured log, numbered without a gap from 1. */
function countLines(directory: string): number {
  const files = readdirSync(directory).filter((name) => name.startsWith("structured."));
  const aside = files.filter((name) => name !== "structured.jsonl" && !name.endsWith(".tmp")).sort();
  let count = 0;
  for (const name of [...aside, "structured.jsonl"]) {
    if (!name.endsWith(".gz") && aside.includes(`${name}.gz`)) continue;
    const bytes = readFileSync(join(directory, name));
    const lines = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString().split("\n").slice(0, -1);
    for (const line of lines) {
      const { data } = JSON.parse(line) as { data: { line: number } };
      if (data.line !== count + 1) throw new Error(`line ${data.line} follows ${count} in ${name}`);
      count = data.line;
    }
  }
  return count;
}
