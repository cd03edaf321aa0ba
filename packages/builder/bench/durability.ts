/**
 * What durability costs: a build's wall time against its critical path with a model that takes 200 ms a call, a step of the journal, and the way from a resume to the first action.
 *
 *   node --conditions=ccb-source packages/builder/bench/durability.ts
 *
 * The sessions are model calls through the real gateway and a file each (see `test-support/call-executor.ts`), so that the time of Claude Code itself is not in it. Everything else is real: planning calls,
 * journal, git worktrees, merges, checks, documents.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildEvent, readPromptSection, systemClock, type Task } from "@ccb/core";
import { openStore } from "@ccb/store";
import { createJournal } from "../src/journal/create-journal.ts";
import { projectMigrations } from "../src/journal/project-migrations.ts";
import { startBuild } from "../src/start-build.ts";
import { createCallExecutor } from "../test-support/call-executor.ts";
import { type FileTask, renderFilesSpecification } from "../test-support/scripted-files.ts";
import { startBenchModel } from "./model-worker.ts";

const latencyMs = 200;
const callsATask = 10;
const benchKey = "sk-ant-bench-0123456789";
const failures: string[] = [];

interface Run {
  events: BuildEvent[];
  outcome: string;
  wallMs: number;
  firstActionMs: number | undefined;
  /** Milliseconds that a call takes without CCB: the floor of this run. */
  callMs: number;
}

async function runBuild(options: {
  cwd: string;
  tasks: readonly FileTask[];
  parallelTasks: number;
  latencyMs: number;
  calls: number;
  stopAt?: (event: BuildEvent) => boolean;
}): Promise<Run> {
  const { cwd, tasks, parallelTasks, latencyMs, calls, stopAt } = options;
  await writeFile(join(cwd, "spec.md"), renderFilesSpecification(tasks));
  await using model = await startBenchModel({ tasks, latencyMs });
  const taskOf = (prompt: string) => JSON.parse(readPromptSection(prompt, "task")?.content ?? "{}") as Task;
  const callMs = await measureDirectCall(model.url);
  const startedMs = performance.now();
  const build = startBuild({
    specification: "spec.md",
    cwd,
    outputDirectory: "out",
    model: "claude-opus-5-5",
    upstream: { baseUrl: model.url, apiKey: benchKey },
    environment: { PATH: process.env.PATH ?? "", HOME: cwd },
    parallelTasks,
    executor: createCallExecutor({ calls, fileOf: ({ prompt }) => `${taskOf(prompt).id}.txt` }),
  });
  const events: BuildEvent[] = [];
  let firstActionMs: number | undefined;
  for await (const event of build.events) {
    events.push(event);
    if (event.type === "task-start") firstActionMs ??= performance.now() - startedMs;
    if (stopAt?.(event)) build.stop();
  }
  const { outcome, reason } = await build.result;
  if (outcome !== "done" && !stopAt) throw new Error(`The build ended as ${outcome}: ${reason}`);
  const wallMs = performance.now() - startedMs;
  return { events, outcome, wallMs, firstActionMs, callMs };
}

/**
 * Milliseconds that a client without CCB waits for an answer, the median of 21 after the connection stands: what the model takes, its timer (on a virtual machine 201 to 210 ms for
 * 200), and the way there and back.
 */
async function measureDirectCall(url: string): Promise<number> {
  const times: number[] = [];
  const messages = [{ role: "user", content: "x".repeat(2000) }];
  for (let call = 0; call < 22; call++) {
    const startedMs = performance.now();
    const answer = await fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": benchKey, "anthropic-version": "2023-06-01" },
      body: JSON.stringify({ model: "claude-opus-5-5", max_tokens: 1000, messages }),
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`The model server answered ${answer.status}.`);
    if (call > 0) times.push(performance.now() - startedMs);
  }
  return times.toSorted((left, right) => left - right)[10] ?? Number.NaN;
}

/** The least that the calls take at `callMs` each: analysis, plan, criteria and instructions, the tasks, one document and then the others four at a time. */
function criticalPathMs(chainTasks: number, callMs: number): number {
  const planning = 4 + 1 + Math.ceil(7 / 4);
  return (planning + chainTasks * callsATask) * callMs;
}

async function inFolder<T>(work: (cwd: string) => Promise<T>): Promise<T> {
  const cwd = await mkdtemp(join(tmpdir(), "ccb-bench-"));
  try {
    return await work(cwd);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

function report(figure: { what: string; value: number; limit: number; unit: string }): void {
  const { what, value, limit, unit } = figure;
  const ok = value <= limit;
  console.log(`${ok ? "ok  " : "OVER"} ${what.padEnd(64)} ${value.toFixed(2).padStart(9)} ${unit} (limit ${limit})`);
  if (!ok) failures.push(what);
}

/** Milliseconds of starting the MCP servers once, which no call waits for. */
function serversMs(events: readonly BuildEvent[]): number {
  return events.reduce(
    (sum, event) => sum + (event.type === "stage-end" && event.stage === "mcp" ? event.durationMs : 0),
    0,
  );
}

async function benchWallTime(): Promise<void> {
  const count = 12;
  const chains = (width: number): FileTask[] =>
    Array.from({ length: count }, (_, index) => ({
      id: `t${index}`,
      writes: { [`t${index}.txt`]: "x" },
      ...(index < width ? {} : { dependsOn: [`t${index - width}`] }),
    }));
  for (const [workers, limit] of [
    [1, 1.1],
    [4, 1.15],
  ] as const) {
    const { wallMs, events, callMs } = await inFolder((cwd) =>
      runBuild({ cwd, tasks: chains(workers), parallelTasks: workers, latencyMs, calls: callsATask }),
    );
    const pathMs = criticalPathMs(count / workers, callMs) + serversMs(events);
    console.log(
      `     ${workers} worker(s): ${Math.round(wallMs)} ms, critical path ${Math.round(pathMs)} ms (${callMs.toFixed(1)} ms a call without CCB, and ${serversMs(events)} ms to start the MCP servers)`,
    );
    report({ what: `wall time ÷ critical path, ${workers} worker(s)`, value: wallMs / pathMs, limit, unit: "×" });
  }
}

async function benchJournal(): Promise<void> {
  await inFolder(async (cwd) => {
    using store = openStore({ path: join(cwd, "build.db"), migrations: projectMigrations });
    const journal = createJournal({ store, clock: systemClock });
    journal.beginRun({ pid: process.pid, mark: "bench" });
    const times: number[] = [];
    for (let index = 0; index < 500; index++) {
      const startedMs = performance.now();
      const attempt = journal.beginAttempt(`task:t${index}`, "0".repeat(40));
      journal.transaction(() => {
        journal.save(`task:t${index}`, { index }, { commit: "0".repeat(40), files: 3, text: "x".repeat(500) });
        attempt.end("done");
        journal.event({ type: "warning", message: "x".repeat(200), sequence: index + 1, at: new Date().toISOString() });
      });
      times.push(performance.now() - startedMs);
    }
    times.sort((left, right) => left - right);
    report({ what: "a step of the journal, median of 500", value: times[250] ?? 0, limit: 2, unit: "ms" });
  });
}

async function benchResume(): Promise<void> {
  const tasks: FileTask[] = Array.from({ length: 1000 }, (_, index) => ({
    id: `t${index}`,
    writes: { [`t${index}.txt`]: "x" },
  }));
  await inFolder(async (cwd) => {
    const half = { cwd, tasks, parallelTasks: 1, latencyMs: 0, calls: 0 };
    let done = 0;
    const first = await runBuild({ ...half, stopAt: (event) => event.type === "task-end" && ++done === 500 });
    if (done < 500) throw new Error(`Only ${done} tasks were built, outcome ${first.outcome}`);
    const again = await runBuild({ ...half, stopAt: (event) => event.type === "task-start" });
    const reused = again.events.filter((event) => event.type === "task-end" && event.outcome === "reused").length;
    const withoutServers = (again.firstActionMs ?? Number.POSITIVE_INFINITY) - serversMs(again.events);
    console.log(
      `     ${reused} of 1000 tasks reused; ${serversMs(again.events)} ms to start the MCP servers are not counted`,
    );
    for (const event of again.events)
      if (event.type === "stage-end") console.log(`       ${event.stage}: ${event.durationMs} ms`);
    report({ what: "resume of 1,000 tasks to the first action", value: withoutServers, limit: 300, unit: "ms" });
  });
}

const wanted = process.argv[2];
if (wanted === undefined || wanted === "journal") await benchJournal();
if (wanted === undefined || wanted === "wall") await benchWallTime();
if (wanted === undefined || wanted === "resume") await benchResume();
process.exitCode = failures.length === 0 ? 0 : 1;
