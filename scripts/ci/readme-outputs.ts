/**
 * Runs the examples whose output the READMEs of packages show, and fails where one prints something else.
 *
 *   node scripts/ci/readme-outputs.ts
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findDifference, readShownOutputs } from "./_readme-outputs.ts";

const root = join(import.meta.dirname, "../..");
const readmes = globSync("packages/*/README.md", { cwd: root }).sort();
let checked = 0;
let wrong = 0;
for (const readme of readmes) {
  for (const { example, line, shown } of readShownOutputs(readFileSync(join(root, readme), "utf8"))) {
    const file = join(root, dirname(readme), example);
    const run = spawnSync(process.execPath, ["--conditions=ccb-source", file], { cwd: root, encoding: "utf8" });
    checked++;
    const difference =
      run.status === 0 ? findDifference(shown, run.stdout.trimEnd().split("\n")) : `it ended with ${run.status}`;
    if (difference === undefined) continue;
    wrong++;
    console.error(
      `${readme}:${line}: ${example} does not print what is shown: ${difference}\nIt prints:\n${run.stdout}${run.stderr}`,
    );
  }
}
console.log(`${checked} outputs in ${readmes.length} READMEs, ${wrong} wrong.`);
process.exitCode = wrong > 0 || checked === 0 ? 1 : 0;
