import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BuildEvent } from "@ccb/core";
import type { Conversation } from "@ccb/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gitIn, listCommittedTasks, runFilesBuild } from "../../test-support/run-files-build.ts";
import { type FileTask, playFiles } from "../../test-support/scripted-files.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-production-")));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

/** A product whose own linter wants the word "tidy" in its text. */
const tasks: FileTask[] = [
  {
    id: "text",
    writes: {
      "text.txt": "untended",
      "package.json": JSON.stringify({ name: "parts", scripts: { lint: "grep -q tidy text.txt" } }),
    },
  },
];
const readme = "# Parts\n\n```sh\ncat tekst.txt\n```\n\n```mermaid\nflowchart LR\n  a --> b\n```\n";

const judged = (events: readonly BuildEvent[]) =>
  events.flatMap((event) =>
    event.type === "production-judged"
      ? [
          `${event.round} ${event.outcome} ${event.areas.flatMap(({ findings }) => findings.map(({ area }) => area))}`.trim(),
        ]
      : [],
  );

/** Sessions of repair do what their finding asks for. */
const mend = async (task: string, conversation: Conversation) => {
  if (task === "repair-production") return playFiles({ "text.txt": "tidy" }, conversation, task);
  if (task === "repair-readme") return playFiles({ "README.md": readme.replace("tekst", "text") }, conversation, task);
  return undefined;
};

test("what the project's own linter and README say becomes work, the criteria are checked again, and the next run asks nothing", async () => {
  const told: string[] = [];
  const first = await runFilesBuild({
    cwd,
    tasks,
    readme,
    onSession: (task, conversation) => {
      if (task.startsWith("repair")) told.push(conversation.firstUserText);
      return mend(task, conversation);
    },
  });
  expect(first.result.reason).toBe("Every phase is built.");
  expect(judged(first.events)).toEqual(["1 repair lint", "2 ready", "1 repair readme", "2 ready"]);
  expect(told.find((text) => text.includes("npm run --silent lint ended with exit code 1"))).toBeDefined();
  expect(told.find((text) => text.includes("cat tekst.txt"))).toBeDefined();
  expect(listCommittedTasks(cwd)).toEqual(["repair-readme", "repair-production", "text"]);
  const checked = first.events.filter(({ type }) => type === "criterion-checked");
  expect(checked).toHaveLength(3);
  expect(readFileSync(join(cwd, "out", "README.md"), "utf8")).toContain("cat text.txt");
  expect(first.result.summary?.code).toMatchObject({
    refused: 0,
    production: 0,
    notRun: ["format", "types", "service"],
  });

  const second = await runFilesBuild({ cwd, tasks, readme, onSession: mend });
  expect(second.result.outcome).toBe("done");
  expect(second.calls).toBe(0);
  expect(readFileSync(join(cwd, "out", "README.md"), "utf8")).toContain("cat text.txt");
});

test("what sessions do not mend is in the summary and the reports, and the build is not accepted; without the look it is done", async () => {
  const { result, events } = await runFilesBuild({ cwd, tasks });
  expect(result.outcome).toBe("acceptance-failed");
  expect(result.reason).toMatch(
    /1 findings keep it from production: lint: npm run --silent lint ended with exit code 1/,
  );
  expect(judged(events).slice(0, 3)).toEqual(["1 repair lint", "2 repair lint", "3 left lint"]);
  expect(result.summary?.code.production).toBe(1);
  expect(existsSync(join(cwd, "out", "docs", "architecture.md"))).toBe(true);
  const artifact = (name: string) => readFileSync(join(cwd, "out", "artifacts", name), "utf8");
  expect(artifact("acceptance.md")).toContain("npm run --silent lint ended with exit code 1");
  expect(artifact("junit.xml")).toMatch(/<testsuite name="production".*\n[\s\S]*<testcase name="lint"[^>]*><failure/);
  const runs: { tool: { driver: { name: string } }; results: unknown[] }[] = JSON.parse(
    artifact("acceptance.sarif"),
  ).runs;
  expect(runs.map(({ tool, results }) => [tool.driver.name, results.length])).toContainEqual([
    "CCB production validator",
    1,
  ]);
  expect(gitIn(cwd, "status", "--porcelain")).toBe("");

  const unlooked = await runFilesBuild({ cwd, tasks, options: { skipValidation: true } });
  expect(unlooked.result.outcome).toBe("done");
  expect(judged(unlooked.events)).toEqual([]);
});
