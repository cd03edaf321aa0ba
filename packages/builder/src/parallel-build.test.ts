import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gitIn, listCommittedTasks, runFilesBuild } from "../test-support/run-files-build.ts";
import { type FileTask, playFiles } from "../test-support/scripted-files.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-parallel-")));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

const content = (path: string) => readFileSync(join(cwd, "out", path), "utf8");

function expectNothingLeftBehind(): void {
  expect(gitIn(cwd, "worktree", "list").trim().split("\n")).toHaveLength(1);
  expect(gitIn(cwd, "for-each-ref", "refs/ccb")).toBe("");
  expect(gitIn(cwd, "status", "--porcelain")).toBe("");
  expect(existsSync(join(cwd, "out", ".checkpoints", "worktrees"))).toBe(false);
}

test("independent tasks run at the same time in worktrees of their own, and come together as one commit each", async () => {
  const tasks: FileTask[] = [
    ...["left", "right", "middle"].map((id) => ({ id, writes: { [`parts/${id}.txt`]: `I am ${id}` } })),
    { id: "whole", dependsOn: ["left", "right", "middle"], writes: { "whole.txt": "all three" } },
  ];
  const together = Promise.withResolvers<void>();
  const waiting = new Set<string>();
  const { result, events } = await runFilesBuild({
    cwd,
    tasks,
    options: { parallelTasks: 3 },
    // A build that ran them one after the other would wait here for ever.
    onSession: async (task) => {
      if (task === "whole") return undefined;
      waiting.add(task);
      if (waiting.size === 3) together.resolve();
      await together.promise;
      return undefined;
    },
  });

  expect(result.reason).toBe("Every phase is built.");
  expect(waiting.size).toBe(3);
  expect(listCommittedTasks(cwd)[0]).toBe("whole");
  expect(listCommittedTasks(cwd).toSorted()).toEqual(["left", "middle", "right", "whole"]);
  expect(gitIn(cwd, "log", "--merges", "--format=%H")).toBe("");
  for (const id of ["left", "right", "middle"]) expect(content(`parts/${id}.txt`)).toBe(`I am ${id}\n`);
  const memory = content(".memory/memory.jsonl");
  for (const { id } of tasks) expect(memory).toContain(`"task ${id}: `);
  expect(events.filter((event) => event.type === "state-changed").map((event) => event.to)).toEqual([
    "configuring-mcp",
    "preparing-build",
    "building",
    "completing",
    "done",
  ]);
  expectNothingLeftBehind();
});

test("tasks that declare a common file never run at the same time", async () => {
  const tasks: FileTask[] = ["one", "two", "three"].map((id) => ({
    id,
    writes: { [`${id}.txt`]: id },
    declares: [`${id}.txt`, "shared/index.txt"],
  }));
  const { result, events } = await runFilesBuild({ cwd, tasks, options: { parallelTasks: 3 } });

  expect(result.outcome).toBe("done");
  let running = 0;
  for (const event of events) {
    if (event.type === "task-start") running++;
    if (event.type === "task-end") running--;
    expect(running).toBeLessThanOrEqual(1);
  }
});

test("a conflict goes back to a session that is shown both sides, and nothing of either is lost", async () => {
  const tasks: FileTask[] = ["left", "right"].map((id) => ({
    id,
    writes: { [`${id}.txt`]: id, "undeclared.txt": `made by ${id}` },
    declares: [`${id}.txt`],
  }));
  const both = Promise.withResolvers<void>();
  const begun = new Set<string>();
  const shown: string[] = [];
  const { result, events } = await runFilesBuild({
    cwd,
    tasks,
    options: { parallelTasks: 2 },
    onSession: async (task, conversation) => {
      if (conversation.firstUserText.includes("<conflict")) {
        shown.push(conversation.firstUserText);
        return playFiles({ "undeclared.txt": "made by left\nmade by right" }, conversation, task);
      }
      begun.add(task);
      if (begun.size === 2) both.resolve();
      await both.promise;
      return undefined;
    },
  });

  expect(result.reason).toBe("Every phase is built.");
  expect(events.filter((event) => event.type === "merge-refused")).toMatchObject([
    { cause: "conflict", files: ["undeclared.txt"] },
  ]);
  expect(shown[0]).toContain("made by left");
  expect(shown[0]).toContain("made by right");
  expect(content("undeclared.txt")).toBe("made by left\nmade by right\n");
  expect(content("left.txt") + content("right.txt")).toBe("left\nright\n");
  expectNothingLeftBehind();
});

test("work that is right alone and wrong together is tested before the main line moves, and goes back to a session", async () => {
  const check = {
    kind: "command",
    command: "test $(cat *.txt | grep -c loud) -lt 2",
    expect: { exitCode: 0 },
  } as const;
  const tasks: FileTask[] = ["left", "right"].map((id) => ({ id, writes: { [`${id}.txt`]: `${id} is loud` }, check }));
  const both = Promise.withResolvers<void>();
  const begun = new Set<string>();
  const told: string[] = [];
  const { result, events } = await runFilesBuild({
    cwd,
    tasks,
    options: { parallelTasks: 2 },
    onSession: async (task, conversation) => {
      if (conversation.firstUserText.includes("was put together with other work")) {
        told.push(conversation.firstUserText);
        return playFiles({ [`${task}.txt`]: `${task} is quiet` }, conversation, task);
      }
      begun.add(task);
      if (begun.size === 2) both.resolve();
      await both.promise;
      return undefined;
    },
  });

  expect(result.reason).toBe("Every phase is built.");
  const refused = events.flatMap((event) => (event.type === "merge-refused" ? [event] : []));
  expect(refused).toMatchObject([{ cause: "tests", files: [], criteria: ["PART-LEFT", "PART-RIGHT"] }]);
  expect(told[0]).toContain("grep -c loud");
  const second = refused[0]?.task ?? "";
  expect(content(`${second}.txt`)).toBe(`${second} is quiet\n`);
  expect((content("left.txt") + content("right.txt")).match(/loud/g)).toHaveLength(1);
  expect(listCommittedTasks(cwd).toSorted()).toEqual(["left", "right"]);
  expectNothingLeftBehind();
});

test("conflict markers that a session leaves are not merged", async () => {
  const tasks: FileTask[] = ["left", "right"].map((id) => ({
    id,
    writes: { [`${id}.txt`]: id, "undeclared.txt": `made by ${id}` },
    declares: [`${id}.txt`],
  }));
  const both = Promise.withResolvers<void>();
  const begun: string[] = [];
  const { result } = await runFilesBuild({
    cwd,
    tasks,
    options: { parallelTasks: 2 },
    onSession: async (task, conversation) => {
      if (conversation.firstUserText.includes("<conflict")) {
        return playFiles({ "notes.txt": "I changed nothing" }, conversation, task);
      }
      begun.push(task);
      if (new Set(begun).size === 2) both.resolve();
      await both.promise;
      return undefined;
    },
  });

  // The attempt failed, its work was set aside, and the second attempt began from what was merged.
  expect(result.outcome).toBe("done");
  expect(gitIn(cwd, "log", "-p", "--format=%H")).not.toContain("<<<<<<<");
  expect(gitIn(cwd, "for-each-ref", "refs/ccb/set-aside")).toMatch(/refs\/ccb\/set-aside\/(left|right)/);
  expect(gitIn(cwd, "worktree", "list").trim().split("\n")).toHaveLength(1);
});
