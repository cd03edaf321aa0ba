import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BuildEvent } from "@ccb/core";
import { listFinishedTasks, readJournal } from "../judge/read-run.ts";
import type { CcbStart, Violation } from "../judge/run-facts.ts";
import { specification } from "../product/ledger-product.ts";
import { createRandom, type Random } from "./create-random.ts";
import { findProcesses } from "./find-processes.ts";
import { type CcbEnd, type RunningCcb, startCcb } from "./start-ccb.ts";
import { type LabModel, startLabModel } from "./start-lab-model.ts";

type StreamEvent = BuildEvent | { type: "result" };

/** A start of CCB that the run keeps an eye on. */
export interface WatchedCcb extends RunningCcb {
  /** Resolves with true at the first event that fits, with false when the process ends before. */
  until(fits: (event: StreamEvent) => boolean): Promise<boolean>;
  /** kill -9 of this process only; what it had started is noted first, so that it can be looked for later. */
  crash(): Promise<CcbEnd>;
}

export interface StartOptions {
  /** Added to the environment. */
  environment?: Record<string, string>;
  /** The command; undefined leaves the choice to the run. */
  args?: string[];
}

/** One run of the laboratory: a folder, a model server that outlives every kill, and what is known so far. */
export interface Run {
  seed: number;
  random: Random;
  /** The run's folder; everything that a process of the run knows of the machine lies in it. */
  folder: string;
  /** The project directory. */
  project: string;
  model: LabModel;
  /** Library for faults from within; undefined where there is none. */
  preload: string | undefined;
  /** How often a build nobody disturbs writes to its journal. */
  journalSteps: number;
  /** Milliseconds that a build nobody disturbs takes. */
  undisturbedMs: number;
  /** How often a scenario that kills CCB does so in one build. */
  kills: number;
  /** More arguments of every start, such as `--parallel-tasks 4`. */
  moreArgs: string[];
  starts: CcbStart[];
  /** Marks of sessions that were seen. */
  marks: Set<string>;
  /** What a scenario expected beyond the rules, and did not see. */
  violations: Violation[];
  /** Whether to go on only with the first command: `ccb resume` keeps to the specification of the project directory, whatever spec.md says by now. */
  onlyFirstCommand: boolean;
  /** Tasks that a scenario has opened again by changing their requirement. */
  reopened: Set<string>;
  /** What was done to the run, in order. */
  notes: string[];
  /** How often the run was disturbed. */
  disturbances: number;
  /** How the last process ended. */
  last: CcbEnd | undefined;
  /** Whether the build has ended as done, so that there is nothing to go on with. */
  isDone: boolean;
  /** Starts CCB: with the first command again, or with `ccb resume`, whichever the run's numbers choose once there is a build to go on with. */
  start(options?: StartOptions): WatchedCcb;
  /** Notes a disturbance. */
  disturb(what: string): void;
  expect(holds: boolean, what: string): void;
  /** Something to undo before the run's folder is removed. */
  atEnd(undo: () => void): void;
  /** Ends what is left of the run's processes, and the model server. */
  close(): Promise<void>;
  /** Removes the run's folder. */
  remove(): void;
}

export interface OpenRunOptions {
  seed: number;
  preload: string | undefined;
  journalSteps: number;
  undisturbedMs: number;
  kills: number;
  moreArgs: string[];
}

const openRuns = new Set<Run>();

/** Ends everything of every run that is open, and removes their folders: for a laboratory that is stopped itself. */
export async function abandonRuns(): Promise<void> {
  for (const run of openRuns) {
    await run.close();
    run.remove();
  }
}

/** Opens a run in a folder of its own. */
export async function openRun(options: OpenRunOptions): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "ccb-lab-"));
  mkdirSync(join(folder, "tmp"));
  writeFileSync(join(folder, "spec.md"), specification);
  const model = await startLabModel();
  const project = join(folder, "out");
  const undos: (() => void)[] = [];
  const run: Run = {
    ...options,
    random: createRandom(options.seed),
    folder,
    project,
    model,
    starts: [],
    marks: new Set(),
    violations: [],
    onlyFirstCommand: false,
    reopened: new Set(),
    notes: [],
    disturbances: 0,
    last: undefined,
    isDone: false,
    start: (more = {}) => startWatched(run, more),
    disturb(what) {
      run.disturbances += 1;
      run.notes.push(what);
    },
    expect(holds, what) {
      if (!holds) run.violations.push({ rule: "the scenario's own", what });
    },
    atEnd: (undo) => void undos.push(undo),
    async close() {
      openRuns.delete(run);
      for (const { pid } of findProcesses(folder, run.marks)) endProcess(pid);
      await model[Symbol.asyncDispose]();
      for (const undo of undos.reverse()) undo();
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
  openRuns.add(run);
  return run;
}

function startWatched(run: Run, more: StartOptions): WatchedCcb {
  const hasBegun = noteStart(run) > 0;
  const watchers = new Set<(event: StreamEvent | undefined) => void>();
  const init = ["init", "spec.md", "--yes", "--json", "-o", "out", "--base-url", run.model.url, ...run.moreArgs];
  const resume = ["resume", "out", "--yes", "--json"];
  const args = more.args ?? (hasBegun && !run.onlyFirstCommand ? run.random.pick([init, resume]) : init);
  const ccb = startCcb({
    args,
    cwd: run.folder,
    environment: { TMPDIR: join(run.folder, "tmp"), ...more.environment },
    onEvent: (event) => {
      for (const watcher of watchers) watcher(event);
    },
  });
  const ended = ccb.ended.then((end) => {
    run.last = end;
    run.isDone = end.code === 0;
    run.notes.push(`${args[0]} ended with ${end.signal ?? end.code} after ${(end.durationMs / 1000).toFixed(1)} s`);
    for (const watcher of watchers) watcher(undefined);
    return end;
  });
  return {
    ...ccb,
    ended,
    until: (fits) =>
      new Promise((resolve) => {
        const watcher = (event: StreamEvent | undefined) => {
          if (event && !fits(event)) return;
          watchers.delete(watcher);
          resolve(event !== undefined);
        };
        watchers.add(watcher);
      }),
    crash() {
      noteMarks(run);
      ccb.kill("SIGKILL");
      return ended;
    },
  };
}

/** Notes what stands at a start; returns how many events the journal holds. */
function noteStart(run: Run): number {
  const { events } = readJournalSafely(run.project);
  run.starts.push({
    callsBefore: run.model.calls().length,
    eventsBefore: events.length,
    finishedTasks: listFinishedTasks(events),
  });
  return events.length;
}

/** A database that a scenario has damaged tells nothing. */
function readJournalSafely(project: string): Pick<ReturnType<typeof readJournal>, "events"> {
  try {
    return readJournal(project);
  } catch {
    return { events: [] };
  }
}

/** Remembers the marks of the sessions that run now. */
export function noteMarks(run: Run): void {
  for (const { mark } of findProcesses(run.folder)) if (mark) run.marks.add(mark);
}

/** Goes on until the build is done, as a user would; what stands in the way after so many times is a finding. */
export async function finishRun(run: Run, times = 4): Promise<void> {
  for (let time = 1; time <= times; time++) {
    const ccb = run.start();
    const timer = setTimeout(
      () => {
        run.expect(false, `a resumed build hung for ${Math.round((run.undisturbedMs * 4) / 1000)} s and was killed`);
        void ccb.crash();
      },
      run.undisturbedMs * 4 + 60_000,
    );
    const { code, stderr } = await ccb.ended;
    clearTimeout(timer);
    if (code === 0) return;
    run.expect(false, `going on undisturbed ended with exit code ${code}: ${stderr.trim().slice(-500)}`);
  }
}

/** Waits for what is allowed to take a moment after a kill: guards that end sessions. */
export async function awaitQuiet(run: Run, limitMs = 15_000): Promise<string[]> {
  const started = performance.now();
  for (;;) {
    const left = findProcesses(run.folder, run.marks).map(({ command }) => command);
    if (left.length === 0 || performance.now() - started > limitMs) return left;
    await delay(100);
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
