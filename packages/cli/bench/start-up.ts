/**
 * What the command line costs before it does anything: the median of 15 runs of the built program, against an empty Node process.
 *
 *   pnpm exec tsup && node packages/cli/bench/start-up.ts
 *
 * The three take turns, so that what else the machine does falls on all of them. Compare the ratios.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const runs = 15;
const program = join(import.meta.dirname, "..", "dist", "bin.js");
if (!existsSync(program)) {
  console.error("packages/cli/dist/bin.js is not there: run pnpm exec tsup first.");
  process.exit(2);
}

const commands = [
  { name: "node -e 0", args: ["-e", "0"] },
  { name: "ccb --version", args: [program, "--version"] },
  { name: "ccb --help", args: [program, "--help"] },
];
const times = new Map<string, number[]>(commands.map(({ name }) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const { name, args } of commands) times.get(name)?.push(measure(args));
}
const base = median(times.get("node -e 0") ?? []);
for (const [name, list] of times) {
  const middle = median(list);
  console.log(`${name.padEnd(14)} ${middle.toFixed(1).padStart(7)} ms  ${(middle / base).toFixed(2)} × node -e 0`);
}

/** Milliseconds of one process from its start to its end. */
function measure(args: string[]): number {
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - startedMs;
}

function median(list: number[]): number {
  const sorted = list.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
