/**
 * Runs every benchmark of the packages, one after the other, and fails when one fails.
 *
 *   pnpm bench [word…]     only those whose path holds one of the words
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const words = process.argv.slice(2);
const files = globSync("packages/*/bench/*.ts", { cwd: root })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`No benchmark ${words.length === 0 ? "found" : `has ${words.join(" or ")} in its path`}.`);
  process.exit(2);
}

const failed: string[] = [];
for (const file of files) {
  console.log(`\n## ${file}\n`);
  const { status } = spawnSync(process.execPath, ["--conditions=ccb-source", file], { cwd: root, stdio: "inherit" });
  if (status !== 0) failed.push(file);
}
console.log(`\n${files.length - failed.length} of ${files.length} benchmarks ended well.`);
for (const file of failed) console.error(`failed: ${file}`);
process.exitCode = failed.length === 0 ? 0 : 1;
