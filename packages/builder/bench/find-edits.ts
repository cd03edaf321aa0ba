/**
 * What looking at a session's directory for edits by programs costs, in a worktree of 5,000 files, right after its checkout and a second later, when git trusts what it has seen.
 *
 *   node --conditions=ccb-source packages/builder/bench/find-edits.ts
 *
 * Must hold: a look costs at most ten times what starting git costs.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runGit } from "../src/repository/run-git.ts";
import { findEdits } from "../src/stages/_find-edits.ts";

const files = 5_000;
const folder = mkdtempSync(join(tmpdir(), "ccb-find-edits-"));
const [project, directory] = [join(folder, "project"), join(folder, "worktree")];
const environment = { PATH: process.env.PATH ?? "", HOME: folder };
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=b", "-c", "user.email=b@example.org", ...args], { cwd: project });

try {
  for (let number = 0; number < files; number++) {
    const place = join(project, "src", `part${number % 50}`, `group${number % 10}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `file${number}.ts`), `export const number${number} = ${number};\n`);
  }
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "-m", "all");
  git("worktree", "add", "--quiet", "--detach", directory);
  const base = git("rev-parse", "HEAD").toString().trim();
  const look = () => findEdits({ directory, base, environment, sinceMs: Date.now() - 5 });
  const bare = await measure(() => runGit({ directory, environment, args: ["--version"] }));
  const before = await measure(look);
  await delay(1_500);
  const first = await measure(look, 1);
  const after = await measure(look);
  const told = (ms: number) => `${ms.toFixed(1)} ms`;
  console.log(`git alone ${told(bare)}; a look right after a checkout ${told(before)}; the first later ${told(first)}`);
  console.log(`a look    median ${told(after)}, ${(after / before).toFixed(2)} of the first`);
  if (after > bare * 10) {
    console.error(`expected at most ten times git alone, measured ${(after / bare).toFixed(1)}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Milliseconds, the median of some runs. */
async function measure(work: () => Promise<unknown>, runs = 21): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.toSorted((left, right) => left - right)[Math.floor(runs / 2)] ?? Number.NaN;
}
