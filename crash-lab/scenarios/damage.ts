import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { awaitQuiet, type Run } from "../drive/open-run.ts";
import type { Scenario } from "./scenario.ts";

/** Milliseconds in which CCB has to see the damage, or go on. */
const lookMs = 20_000;

interface StateFile {
  name: string;
  /** Relative to the project directory. */
  paths: readonly string[];
  /** How the build is stopped before: the file has to be there then. */
  stop: "SIGKILL" | "SIGINT";
}

const stateFiles: readonly StateFile[] = [
  { name: "damage-journal", paths: [".checkpoints/build.db"], stop: "SIGINT" },
  { name: "damage-wal", paths: [".checkpoints/build.db-wal"], stop: "SIGKILL" },
  { name: "damage-state", paths: [".checkpoints/latest_state.json", ".checkpoints/lock.db"], stop: "SIGINT" },
  {
    name: "damage-artifacts",
    paths: [
      "artifacts/plan.json",
      "artifacts/criteria.json",
      "artifacts/analysis.json",
      "artifacts/requirements.json",
      "artifacts/mcp.json",
      "CLAUDE.md",
    ],
    stop: "SIGINT",
  },
  { name: "damage-worktree", paths: ["src/units.js", "src/money.js", ".gitignore"], stop: "SIGINT" },
  { name: "damage-index", paths: [".git/index"], stop: "SIGINT" },
];

/** Every state file, truncated or with flipped bits, between a stop and a resume: CCB repairs it, or refuses, names the file and says the way out. */
export const damageScenarios: readonly Scenario[] = stateFiles.map(({ name, paths, stop }) => ({
  name,
  what: `${paths.join(", ")}: truncated or bits flipped between a stop and a resume, twice`,
  async disturb(run) {
    for (let time = 1; time <= 2; time++) {
      const ccb = run.start();
      const after = run.random.between(1, 6);
      let tasks = 0;
      const isRunning = await ccb.until((event) => event.type === "task-end" && ++tasks === after);
      if (!isRunning) return;
      ccb.kill(stop);
      await ccb.ended;
      await awaitQuiet(run);
      const there = paths.filter((path) => existsSync(join(run.project, path)));
      if (there.length > 0) await damageAndResume(run, run.random.pick(there));
    }
  },
}));

/** Damages one file and starts CCB: a refusal has to name the file and a way out, which is taken; else the file is put back, as somebody with a copy would. */
async function damageAndResume(run: Run, path: string): Promise<void> {
  const file = join(run.project, path);
  const saved = readFileSync(file);
  run.disturb(`${path}: ${damageFile(run, file)}`);
  const ccb = run.start();
  const timer = setTimeout(() => void ccb.crash(), lookMs + run.undisturbedMs);
  // It goes on: whether it does so with the damage shows in the end.
  void ccb.until((event) => event.type === "task-start").then((goesOn) => goesOn && ccb.kill("SIGINT"));
  const { code, stderr } = await ccb.ended;
  clearTimeout(timer);
  if (code === 0 || code === 6) return;
  const said = `(exit code ${code}): ${stderr.trim().slice(-400)}`;
  const isNamed = [path, path.replace(/-wal$/, "")].some((name) => stderr.includes(name));
  run.expect(isNamed, `the refusal does not name ${path} ${said}`);
  run.expect(stderr.trim().includes("\n"), `the refusal names no way out ${said}`);
  if (!isNamed) return;
  if (stderr.includes("--from-backup") && run.random.between(0, 1) === 1) {
    run.notes.push("refused; the way out that it names is taken");
    await run.start({ args: ["resume", "out", "--yes", "--json", "--from-backup"] }).ended;
    return;
  }
  run.notes.push("refused; the file is put back");
  writeFileSync(file, saved);
}

function damageFile(run: Run, file: string): string {
  const content = readFileSync(file);
  const way = run.random.pick(["empty", "half", "flipped"] as const);
  if (way !== "flipped") {
    truncateSync(file, way === "empty" ? 0 : Math.floor(content.length / 2));
    return way === "empty" ? "truncated to nothing" : "cut in half";
  }
  const flips = Math.max(1, Math.min(20, Math.floor(content.length / 50)));
  for (let flip = 0; flip < flips && content.length > 0; flip++) {
    const at = run.random.between(0, content.length - 1);
    content[at] = (content[at] ?? 0) ^ (1 << run.random.between(0, 7));
  }
  writeFileSync(file, content);
  return `${flips} bits flipped`;
}
