/**
 * Milliseconds that importing the package costs, as built: the median of 15 processes, against an empty module.
 *
 *   pnpm exec tsup && node packages/context/bench/import.ts
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const runs = 15;
const built = join(import.meta.dirname, "..", "dist", "index.js");
if (!existsSync(built)) {
  console.error("packages/context/dist/index.js is not there: run pnpm exec tsup first.");
  process.exit(2);
}

const modules = [
  { name: "an empty module", url: "data:text/javascript,export{}" },
  { name: "@ccb/context", url: pathToFileURL(built).href },
];
const times = new Map<string, number[]>(modules.map(({ name }) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const { name, url } of modules) times.get(name)?.push(measure(url));
}
for (const [name, list] of times) {
  const sorted = list.toSorted((left, right) => left - right);
  console.log(
    `${name.padEnd(16)} median ${(sorted[Math.floor(runs / 2)] ?? Number.NaN).toFixed(1)} ms, fastest ${(sorted[0] ?? Number.NaN).toFixed(1)} ms`,
  );
}

/** Milliseconds of one import in a process of its own. */
function measure(url: string): number {
  const script = `const started = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - started);`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The import of ${url} ended with ${status}: ${stderr}`);
  return Number(stdout);
}
