import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContentBlock } from "@ccb/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gitIn, listCommittedTasks, runFilesBuild } from "../../test-support/run-files-build.ts";
import { playFiles } from "../../test-support/scripted-files.ts";

let cwd = "";

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-root-")));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

/** The session's own command after what it writes. */
const andThen = (command: string) => (block: ContentBlock) =>
  block.type === "tool_use" && block.name === "Bash"
    ? { ...block, input: { ...block.input, command: `${block.input.command}\n${command}` } }
    : block;

test("a build stays on its branch, also where a session made one of its own, detached HEAD or went back in history", async () => {
  const own = "git -c user.name=x -c user.email=x@x commit --quiet --allow-empty -m own";
  const acts: Record<string, string> = {
    one: `git checkout --quiet -b feature/one && git add --all && ${own}`,
    two: `git checkout --quiet --detach && ${own}`,
    three: "git reset --quiet --soft HEAD~2",
  };
  const tasks = Object.keys(acts).map((id, at, ids) => ({
    id,
    writes: { [`${id}.txt`]: id },
    dependsOn: ids.slice(Math.max(0, at - 1), at),
  }));
  const { result } = await runFilesBuild({
    cwd,
    tasks,
    onSession: async (task, conversation) =>
      playFiles({ [`${task}.txt`]: task }, conversation, task).map(andThen(acts[task] ?? "true")),
  });
  expect(result.reason).toBe("Every phase is built.");
  expect(gitIn(cwd, "branch", "--show-current").trim()).toBe("main");
  expect(listCommittedTasks(cwd)).toEqual(["three", "two", "one"]);
  expect(gitIn(cwd, "show", "main:one.txt")).toBe("one\n");
});
