import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BuildEvent } from "@ccb/core";
import { createScriptedModel } from "@ccb/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runNoticeBuild } from "../../test-support/run-build.ts";
import { runFilesBuild } from "../../test-support/run-files-build.ts";
import {
  type FileTask,
  type OnSession,
  playFiles,
  renderFilesSpecification,
  scriptFiles,
} from "../../test-support/scripted-files.ts";
import type { SessionScript } from "../../test-support/scripted-product.ts";
import type { Build } from "../start-build.ts";
import { type ReplayOptions, type ReplayResult, startReplay } from "./start-replay.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-replay-")));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

const environment = () => ({ PATH: process.env.PATH ?? "", HOME: cwd });
const tasks: FileTask[] = ["one", "two", "three"].map((id, index, all) => ({
  id,
  writes: { [`${id}.txt`]: id },
  ...(index === 0 ? {} : { dependsOn: [all[index - 1] as string] }),
}));

async function replay(options: Partial<ReplayOptions> = {}): Promise<{ result: ReplayResult; events: BuildEvent[] }> {
  const running = startReplay({ directory: "out", into: "again", cwd, environment: environment(), ...options });
  const events: BuildEvent[] = [];
  for await (const event of running.events) events.push(event);
  return { result: await running.result, events };
}

const buildNotice = async (script: Omit<Parameters<typeof runNoticeBuild>[0], "cwd">) =>
  (await runNoticeBuild({ cwd, ...script })).result.outcome;

/** Why sessions were gone on with. */
const resumesOf = (events: readonly BuildEvent[]) =>
  events.flatMap((event) =>
    event.type === "task-progress" && /Resuming|Reading/.test(event.message) ? [event.message] : [],
  );
const starts = (events: readonly BuildEvent[]) =>
  events.flatMap((event) => (event.type === "task-start" ? [`${event.task} ${event.attempt}`] : []));

test("a build with failed calls and a repaired phase comes out the same, without a model; tries that failed are not repeated", async () => {
  const outcome = await buildNotice({
    session: ({ firstUserText }) => ({ notice: firstUserText.includes("<evidence>") ? "Hello" : "Wrong" }),
    faults: [
      {
        when: "spec-analyzer",
        fault: {
          fault: "status",
          status: 429,
          errorType: "rate_limit_error",
          message: "slow down",
          headers: { "retry-after": "1" },
        },
      },
      { when: "task-generator", fault: { fault: "invalid-json" } },
      { when: "builder", fault: { fault: "cut", afterChunks: 3 } },
    ],
  });
  expect(outcome).toBe("done");

  const { result, events } = await replay();
  expect(result.divergences).toEqual([]);
  expect(result.tree).toMatchObject({ same: true, differing: [] });
  expect(result).toMatchObject({ same: true, outcome: "done", recordedOutcome: "done", runs: 1 });
  expect(result.calls.passedOver).toBeGreaterThanOrEqual(1);
  expect(events.flatMap((event) => (event.type === "phase-end" ? [event.passed] : []))).toEqual([false, true]);
});

test("a task that was done again comes out the same, and a build that failed fails again", async () => {
  const session = ({ firstUserText }: { firstUserText: string }): SessionScript => ({
    notice: "Hello",
    ...(firstUserText.includes("did not count") ? {} : { skip: ["git"] }),
  });
  expect(await buildNotice({ session })).toBe("done");
  const redone = await replay();
  expect(redone.result).toMatchObject({ same: true, divergences: [] });
  expect(starts(redone.events)).toEqual(["health 1", "health 2", "notice 1", "notice 2"]);

  await rm(join(cwd, "out"), { recursive: true });
  expect(await buildNotice({ session: () => ({ notice: "Wrong" }) })).toBe("acceptance-failed");
  const failed = await replay({ into: "failed" });
  expect(failed.result).toMatchObject({ same: true, divergences: [], outcome: "acceptance-failed" });
});

test("a build that was stopped in a session and gone on with is stopped and gone on with at the same place", async () => {
  let running: Build | undefined;
  const cut = await runFilesBuild({
    cwd,
    tasks,
    onEvent: (_, build) => {
      running = build;
    },
    onSession: async (task, conversation) => {
      if (task !== "two" || conversation.toolUses.length === 0) return undefined;
      await untilNoted(conversation.toolUses);
      running?.stop();
      await delay(2_000);
      return undefined;
    },
  });
  expect(cut.result.outcome).toBe("stopped");
  const rest = await runFilesBuild({ cwd, tasks, onSession: goOn });
  expect(rest.result.outcome).toBe("done");

  const { result, events } = await replay();
  expect(result.divergences).toEqual([]);
  expect(result).toMatchObject({ same: true, runs: 2, outcome: "done" });
  expect(starts(events)).toEqual(["one 1", "two 1", "two 2", "three 1"]);
  expect(resumesOf(events)).toEqual(resumesOf(rest.events));
});

/** A session that goes on after a cut uses what has to be used again: what it did before the cut is known to nobody but itself. */
const goOn: OnSession = async (task, conversation) => {
  const wasCut = JSON.stringify(conversation).includes("This session was cut");
  const uses = conversation.toolUses.filter(({ name }) => name.startsWith("mcp__git")).length;
  if (!wasCut || uses > 1) return undefined;
  return playFiles({ [`${task}.txt`]: task }, { ...conversation, toolUses: [] }, task);
};

/** What Claude Code has noted of all sessions so far. */
function readTranscripts(): string {
  const folder = join(cwd, "out", ".checkpoints", "home", ".claude", "projects");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".jsonl"));
  return names.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
}

/** Waits until Claude Code has noted what came of these tool calls. */
async function untilNoted(uses: readonly { id: string }[]): Promise<void> {
  const isNoted = ({ id }: { id: string }) => readTranscripts().includes(`"tool_use_id":"${id}"`);
  await expect.poll(() => uses.every(isNoted), { timeout: 10_000 }).toBe(true);
}

/** Builds until `kill` is called, which kills the build's process as a power cut would. */
async function buildUntilKilled(onSession: (kill: () => void) => OnSession): Promise<void> {
  await writeFile(join(cwd, "spec.md"), renderFilesSpecification(tasks));
  let child: ChildProcess | undefined;
  const kill = () => void child?.kill("SIGKILL");
  const model = await createScriptedModel({ rules: scriptFiles(tasks, { onSession: onSession(kill) }) });
  const program = join(import.meta.dirname, "..", "..", "test-support", "build-until-killed.ts");
  child = spawn(process.execPath, ["--conditions=ccb-source", program, cwd, model.url], { stdio: "inherit" });
  const [, signal] = await once(child, "exit");
  await model.close();
  expect(signal).toBe("SIGKILL");
}

test("a build that was killed during a call and gone on with comes out the same", async () => {
  await buildUntilKilled((kill) => async (task, conversation) => {
    if (task !== "two" || conversation.toolUses.length === 0) return undefined;
    await untilNoted(conversation.toolUses);
    kill();
    return undefined;
  });
  const rest = await runFilesBuild({ cwd, tasks, onSession: goOn });
  expect(rest.result.outcome).toBe("done");
  expect(resumesOf(rest.events)).toEqual([expect.stringContaining("Resuming is cheaper")]);

  const { result, events } = await replay();
  expect(result.divergences).toEqual([]);
  expect(result).toMatchObject({ same: true, runs: 2 });
  expect(resumesOf(events)).toEqual(resumesOf(rest.events));
});

test("a build that was killed under a tool and gone on with comes out the same; what that tool gave is not compared", async () => {
  await buildUntilKilled((kill) => async (task, conversation) => {
    if (task !== "two" || conversation.toolUses.length > 0) return undefined;
    const file = join(cwd, "out", "two.txt");
    const timer = setInterval(() => {
      if (!existsSync(file) || !readTranscripts().includes("sleep 3")) return;
      clearInterval(timer);
      kill();
    }, 20);
    return [
      { type: "tool_use", name: "Bash", input: { command: "echo half > two.txt; sleep 3", description: "Write" } },
    ];
  });
  const rest = await runFilesBuild({ cwd, tasks, onSession: goOn });
  expect(rest.result.outcome).toBe("done");

  const { result } = await replay();
  expect(result.divergences).toEqual([]);
  expect(result).toMatchObject({ same: true, runs: 2 });
});

test("tasks side by side come out the same", async () => {
  const wide: FileTask[] = ["a", "b", "c"].map((id) => ({ id, writes: { [`${id}.txt`]: id } }));
  const built = await runFilesBuild({ cwd, tasks: wide, options: { parallelTasks: 3 } });
  expect(built.result.outcome).toBe("done");
  const { result } = await replay();
  expect(result.divergences).toEqual([]);
  expect(result.same).toBe(true);
});

test("a directory without a recording, and one that is taken, are refused before anything is built", async () => {
  const built = await runFilesBuild({ cwd, tasks: tasks.slice(0, 1), options: { dryRun: true } });
  expect(built.result.outcome).toBe("planned");
  await expect(replay({ into: "out" })).rejects.toThrow(/is not empty/);
  const cassettes = join(cwd, "out", ".checkpoints", "cassettes");
  expect(readdirSync(cassettes)).toEqual(["run_0001"]);
  await rm(cassettes, { recursive: true });
  await expect(replay({ into: "other" })).rejects.toThrow(/Nothing was recorded/);
  expect(existsSync(join(cwd, "other"))).toBe(false);
});
