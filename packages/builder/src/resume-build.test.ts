import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import type { BuildEvent, Executor } from "@ccb/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createCallExecutor } from "../test-support/call-executor.ts";
import { gitIn, listCommittedTasks, runFilesBuild } from "../test-support/run-files-build.ts";
import { type FileTask, playFiles, renderFilesSpecification } from "../test-support/scripted-files.ts";
import { commandBuild, readProject, restoreJournal } from "./control/open-project.ts";
import type { Build } from "./start-build.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-resume-")));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

const tasks: FileTask[] = ["one", "two", "three"].map((id, index, all) => ({
  id,
  writes: { [`${id}.txt`]: id },
  ...(index === 0 ? {} : { dependsOn: [all[index - 1] as string] }),
}));

const started = (events: readonly BuildEvent[]) =>
  events.flatMap((event) => (event.type === "task-start" ? [event.task] : []));

test("a changed specification reopens the tasks whose requirements changed, plans what was added, and touches nothing else", async () => {
  const first = await runFilesBuild({ cwd, tasks });
  expect(first.result.reason).toBe("Every phase is built.");

  const changed = renderFilesSpecification([...tasks, { id: "four", writes: {} }]).replace(
    "must contain the part two.",
    "must contain the part two. It must be in capitals.",
  );
  const again: FileTask[] = [
    ...tasks.map((task) => (task.id === "two" ? { ...task, writes: { "two.txt": "TWO" } } : task)),
    { id: "four", writes: { "four.txt": "four" } },
  ];
  const refused = runFilesBuild({ cwd, tasks: again, specification: changed });
  await expect(refused).rejects.toThrow(/not the one this build began with: \d+ requirements? w/);

  const asked: unknown[] = [];
  const second = await runFilesBuild({
    cwd,
    tasks: again,
    specification: changed,
    options: {
      onSpecificationChange: async (change) => {
        asked.push(change.reopenedTasks);
        return "update";
      },
    },
  });
  expect(second.result.reason).toBe("Every phase is built.");
  expect(asked).toEqual([["two"]]);
  expect(started(second.events)).toEqual(["two", "four"]);
  expect(readFileSync(join(cwd, "out", "two.txt"), "utf8")).toBe("TWO\n");
  expect(second.result.summary?.requirements).toMatchObject({ failed: 0, "not-built": 0 });

  const third = await runFilesBuild({ cwd, tasks: again, specification: changed });
  expect(third.calls).toBe(0);
  expect(started(third.events)).toEqual([]);
});

test("a build cut right after its specification was changed goes on with the change: nobody is asked again and no other task runs", async () => {
  await runFilesBuild({ cwd, tasks });
  const changed = renderFilesSpecification(tasks).replace(
    "must contain the part two.",
    "must contain the part two. It must be in capitals.",
  );
  const again = tasks.map((task) => (task.id === "two" ? { ...task, writes: { "two.txt": "TWO" } } : task));
  const cut = await runFilesBuild({
    cwd,
    tasks: again,
    specification: changed,
    options: { onSpecificationChange: async () => "update" },
    onEvent: (event, build) => {
      if (event.type === "stage-start" && event.stage === "intake") build.abandon();
    },
  });
  expect(started(cut.events)).toEqual([]);
  expect(readProject(join(cwd, "out")).specification).toBe(changed);

  const rest = await runFilesBuild({ cwd, tasks: again, specification: changed });
  expect(rest.result.outcome).toBe("done");
  expect(started(rest.events)).toEqual(["two"]);

  const back = await runFilesBuild({ cwd, tasks, options: { onSpecificationChange: async () => "update" } });
  expect(back.result.outcome).toBe("done");
  expect(started(back.events)).toEqual(["two"]);
});

test("a build that was cut before it did anything has the specification it goes on with", async () => {
  const { result } = await runFilesBuild({
    cwd,
    tasks,
    onEvent: (event, build) => {
      if (event.type === "build-start") build.abandon();
    },
  });
  expect(result.outcome).not.toBe("done");
  expect(readProject(join(cwd, "out")).specification).toBe(renderFilesSpecification(tasks));
});

test("a task is done again from where the user says, and that holds when the build is stopped in between", async () => {
  await runFilesBuild({ cwd, tasks });
  const stopped = await runFilesBuild({
    cwd,
    tasks,
    options: { fromTask: "two" },
    onEvent: (event, build) => {
      if (event.type === "task-end" && event.task === "two") build.stop();
    },
  });
  expect(stopped.result.outcome).toBe("stopped");
  expect(started(stopped.events)).toEqual(["two"]);
  const rest = await runFilesBuild({ cwd, tasks });
  expect(rest.result.outcome).toBe("done");
  expect(started(rest.events)).toEqual(["three"]);
  await expect(runFilesBuild({ cwd, tasks, options: { fromTask: "nowhere" } })).resolves.toMatchObject({
    result: { outcome: "failed", reason: expect.stringContaining('no task "nowhere"') },
  });
});

test("another terminal pauses, resumes and stops a build, and is told what happens", async () => {
  const directory = join(cwd, "out");
  const answers: Promise<string>[] = [];
  const { result, events } = await runFilesBuild({
    cwd,
    tasks,
    onEvent: (event) => {
      if (event.type === "task-start" && event.task === "one") answers.push(commandBuild(directory, "pause"));
      if (event.type === "state-changed" && event.to === "paused") answers.push(commandBuild(directory, "resume"));
      if (event.type === "task-start" && event.task === "two") answers.push(commandBuild(directory, "stop"));
    },
  });
  expect(result.outcome).toBe("stopped");
  expect(await Promise.all(answers)).toEqual([
    "The build pauses once what is under way has ended (1).",
    "The build goes on.",
    "The build is stopping; finished work is kept.",
  ]);
  const moves = events.flatMap((event) => (event.type === "state-changed" ? [`${event.from} → ${event.to}`] : []));
  expect(moves).toContain("building → pausing");
  expect(moves).toContain("pausing → paused");
  expect(moves).toContain("paused → building");
  expect(listCommittedTasks(cwd)).toEqual(["one"]);
  await expect(commandBuild(directory, "pause")).rejects.toThrow(/No process is building/);
  await expect(commandBuild(cwd, "pause")).rejects.toThrow(/is no CCB project/);
});

test("a damaged journal is refused with the way out, and its last copy goes on without a finished task being done again", async () => {
  await runFilesBuild({ cwd, tasks, options: { invocation: { kept: true } } });
  const database = join(cwd, "out", ".checkpoints", "build.db");
  for (const bytes of [8192, 0]) {
    truncateSync(database, bytes);
    await expect(runFilesBuild({ cwd, tasks })).rejects.toMatchObject({
      code: "store-failed",
      hint: expect.stringContaining("--from-backup"),
    });
  }
  expect(await restoreJournal(join(cwd, "out"))).toMatch(/build\.db\.damaged$/);
  expect(readProject(join(cwd, "out"))).toMatchObject({ project: "parts", invocation: { kept: true } });
  const { result, events } = await runFilesBuild({ cwd, tasks });
  expect(result.outcome).toBe("done");
  expect(started(events)).toEqual([]);
});

test("a changed byte in a journalled result is found, and what lies around the journal is repaired from it", async () => {
  await runFilesBuild({ cwd, tasks });
  const out = join(cwd, "out");
  writeFileSync(join(out, ".checkpoints", "latest_state.json"), "{ torn");
  writeFileSync(join(out, "artifacts", "plan.json"), "");
  writeFileSync(join(out, ".git", "index"), "no index");
  writeFileSync(join(out, ".git", "index.lock"), "");
  const left = [join("artifacts", "plan.json.999.tmp"), join(".checkpoints", "build.backup.db.999.tmp-journal")];
  for (const path of left) writeFileSync(join(out, path), "{");
  const repaired = await runFilesBuild({ cwd, tasks });
  expect(repaired.result.outcome).toBe("done");
  expect(started(repaired.events)).toEqual([]);
  expect(JSON.parse(readFileSync(join(out, "artifacts", "plan.json"), "utf8")).phases).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(out, ".checkpoints", "latest_state.json"), "utf8")).outcome).toBe("done");
  expect(gitIn(cwd, "status", "--porcelain")).toBe("");
  expect(left.filter((path) => existsSync(join(out, path)))).toEqual([]);
  const warnings = repaired.events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  expect(warnings.join("\n")).toMatch(/index was damaged[\s\S]*|lock that a killed git/);

  const database = new DatabaseSync(join(out, ".checkpoints", "build.db"));
  database.exec("UPDATE steps SET result = replace(result, 'Write two', 'Write tvo') WHERE name = 'plan'");
  database.close();
  const refused = await runFilesBuild({ cwd, tasks });
  expect(refused.result).toMatchObject({
    outcome: "failed",
    reason: expect.stringMatching(/record of step "plan" .* is damaged/),
  });
});

test("a key in what a session wrote is not committed, and the next session is told where it stood", async () => {
  const key = `sk-ant-api03-${"aB3dE5fG7h".repeat(9)}xyzAA`;
  const notes: string[] = [];
  const { result, events } = await runFilesBuild({
    cwd,
    tasks: [{ id: "one", writes: { "one.txt": "fine" } }],
    onSession: async (task, conversation) => {
      if (conversation.firstUserText.includes("one.txt:1")) {
        notes.push(conversation.firstUserText);
        return undefined;
      }
      return playFiles({ "one.txt": `const key = "${key}";` }, conversation, task);
    },
  });
  expect(result.outcome).toBe("done");
  expect(gitIn(cwd, "log", "-p")).not.toContain(key);
  expect(events.find((event) => event.type === "recovery-chosen")).toMatchObject({ action: "retry" });
  expect(notes[0]).toContain("what looks like a secret");
  expect(JSON.stringify(events)).not.toContain(key);
});

test("a session that repeats itself is stopped, and the next one is told what it repeated", async () => {
  let sessions = 0;
  const { result, events } = await runFilesBuild({
    cwd,
    tasks: [{ id: "one", writes: { "one.txt": "fine" } }],
    onSession: async (_, conversation) => {
      if (conversation.toolUses.length === 0) sessions++;
      if (sessions > 1) return undefined;
      return [{ type: "tool_use", name: "Bash", input: { command: "echo again", description: "Again" } }];
    },
  });
  expect(result.outcome).toBe("done");
  expect(sessions).toBe(2);
  const recovery = events.find((event) => event.type === "recovery-chosen");
  expect(recovery).toMatchObject({ failure: "stuck", action: "retry", why: expect.stringContaining("echo again") });
});

test("a model server that takes no calls is waited for, then the build rests and goes on by itself; the task loses no attempt by it", async () => {
  const writing = createCallExecutor({ calls: 1, fileOf: () => "one.txt" });
  let turnedAway = 0;
  const overloaded: Executor = {
    runTask: async (request) => {
      if (++turnedAway > 9) return writing.runTask(request);
      const failure = { apiStatus: 529 };
      const rest = { sessionId: undefined, turns: 1, durationMs: 1, toolUses: [], reportedUsage: undefined, text: "" };
      return { status: "failed", reason: "The API is overloaded (529).", failure, ...rest };
    },
  };
  const patience = { firstWaitMs: 1, longestWaitMs: 4, waitBudgetMs: 12, longestRestMs: 40, restBudgetMs: 10_000 };
  const { result, events } = await runFilesBuild({
    cwd,
    tasks: [{ id: "one", writes: { "one.txt": "one" } }],
    options: { executor: overloaded, patience, skipTests: true },
  });
  expect(result.reason).toBe("Every phase is built.");
  const actions = events.flatMap((event) => (event.type === "recovery-chosen" ? [event.action] : []));
  expect(actions).toHaveLength(9);
  expect(actions.filter((action) => action === "retry").length).toBeGreaterThan(2);
  expect(actions.filter((action) => action === "pause-build").length).toBeGreaterThan(2);
  const states = events.flatMap((event) => (event.type === "state-changed" ? [`${event.to}: ${event.reason}`] : []));
  expect(
    states.filter((state) => /^paused: The model server has not taken calls for .* overloaded/.test(state)),
  ).toHaveLength(actions.filter((action) => action === "pause-build").length);
  expect(started(events)).toHaveLength(10);
});

test("a build with tasks side by side that is stopped goes on with their sessions where they were, in their worktrees", async () => {
  const side: FileTask[] = ["left", "right"].map((id) => ({ id, writes: { [`${id}.txt`]: id } }));
  let running: Build | undefined;
  const waiting = new Set<string>();
  const first = await runFilesBuild({
    cwd,
    tasks: side,
    options: { parallelTasks: 2 },
    onEvent: (_event, build) => {
      running = build;
    },
    onSession: async (task, { toolUses }) => {
      if (toolUses.length === 0) return undefined;
      waiting.add(task);
      if (waiting.size === 2) setTimeout(() => running?.stop(), 300);
      await delay(5000);
      return undefined;
    },
  });
  expect(first.result.outcome).toBe("stopped");
  expect(listCommittedTasks(cwd)).toEqual([]);

  const asked: string[] = [];
  const rest = await runFilesBuild({
    cwd,
    tasks: side,
    options: { parallelTasks: 2 },
    onSession: async (task, conversation) => {
      if (JSON.stringify(conversation.request).includes("This session was cut")) asked.push(task);
      const uses = conversation.toolUses.filter(({ name }) => name.startsWith("mcp__git")).length;
      return uses > 1 ? undefined : playFiles({ [`${task}.txt`]: task }, { ...conversation, toolUses: [] }, task);
    },
  });
  expect(rest.result.outcome).toBe("done");
  expect(new Set(asked)).toEqual(new Set(["left", "right"]));
  expect(listCommittedTasks(cwd).sort()).toEqual(["left", "right"]);
  expect(gitIn(cwd, "worktree", "list").trim().split("\n")).toHaveLength(1);
  expect(gitIn(cwd, "for-each-ref", "refs/ccb/set-aside")).toBe("");
});
