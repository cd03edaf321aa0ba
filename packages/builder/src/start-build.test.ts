import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noticeUsage, runNoticeBuild } from "../test-support/run-build.ts";
import type { SessionScript } from "../test-support/scripted-product.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "ccb-build-"));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

const build = (script: Omit<Parameters<typeof runNoticeBuild>[0], "cwd">) => runNoticeBuild({ cwd, ...script });

const git = (...args: string[]) => execFileSync("git", args, { cwd: join(cwd, "out"), encoding: "utf8" });
const artifact = (name: string) => JSON.parse(readFileSync(join(cwd, "out", "artifacts", name), "utf8"));

test("a specification becomes a tested, documented service, and the ledger is what the server counted", async () => {
  const { result, events, billed } = await build({
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

  expect(result.reason).toBe("Every phase is built.");
  expect(result.outcome).toBe("done");
  expect(result.summary?.requirements).toMatchObject({ requirements: 3, verified: 2, waived: 1, failed: 0 });
  expect(result.summary?.criteria).toEqual({ passed: 2, failed: 0, notChecked: 0 });
  expect(result.summary?.startCommand).toBe("npm start");

  const log = git("log", "--format=%s%n%(trailers:key=CCB-Task,key=CCB-Requirements)");
  expect(log).toMatch(/Serve the notice\nCCB-Task: notice\nCCB-Requirements: FR-2/);
  expect(git("status", "--porcelain")).toBe("");
  const [headLine = ""] = git("log", "--format=%(trailers:key=CCB-Audit-Head,valueonly)").trim().split("\n");
  const [record = "", hash] = headLine.split(" ");
  const auditLog = readFileSync(join(cwd, "out", "logs", "audit.jsonl"), "utf8").split("\n");
  expect(auditLog[Number(record) - 1]?.slice(9, 73)).toBe(hash);

  const trace = artifact("trace.json");
  const notice = trace.rows.find((row: { requirement: { id: string } }) => row.requirement.id === "FR-2");
  expect(notice).toMatchObject({
    status: "verified",
    tasks: [{ id: "notice", commit: expect.stringMatching(/^[0-9a-f]{40}$/) }],
  });
  expect(existsSync(join(cwd, "out", notice.criteria[0].evidence))).toBe(true);
  for (const path of [
    "README.md",
    "docs/architecture.md",
    "CLAUDE.md",
    ".claude/commands/next-task.md",
    "artifacts/instructions/health.md",
  ]) {
    expect(existsSync(join(cwd, "out", path)), path).toBe(true);
  }
  expect(readdirSync(join(cwd, "out", "logs", "generated_code"))).toContain("code_index.json");

  const state = JSON.parse(readFileSync(join(cwd, "out", ".checkpoints", "latest_state.json"), "utf8"));
  expect(state).toMatchObject({
    format: 1,
    stage: "ended",
    outcome: "done",
    phases: [{ id: "service", status: "passed" }],
  });

  const servers = new Set(
    events.flatMap((event) => (event.type === "mcp-used" && event.succeeded ? [event.server] : [])),
  );
  expect([...servers].sort()).toEqual(["git", "memory"]);

  const counted = billed.totals();
  expect(result.summary?.usage.outputTokens).toBe(counted.outputTokens);
  expect(result.summary?.usage.inputTokens).toBe(counted.inputTokens);
  expect(result.summary?.usage.cacheReadTokens).toBe(counted.cacheReadTokens);
  // claude-opus-5-5 by hand: 4 and 20 US dollars a million tokens in and out, 0.2 for cache reads, 5 for cache writes.
  const { inputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens } = counted;
  const expected = inputTokens * 4 + outputTokens * 20 + cacheReadTokens * 0.2 + cacheWrite5mTokens * 5;
  expect(result.summary?.costMicroUsd).toBe(Math.round(expected));
  // The refused 429 is in the ledger too, at no cost.
  expect(result.summary?.calls).toBe(counted.calls + 1);
  expect(JSON.stringify(events)).not.toContain("sk-ant-test");
});

test("a session that never uses git is refused three times and redone once, then the task fails and nothing is committed for it", async () => {
  const { result, events } = await build({ session: () => ({ notice: "Hello", skip: ["git"] }) });

  expect(result.outcome).toBe("failed");
  expect(result.reason).toMatch(/Task "health" failed: MCP policy violated: .*git/);
  const refusals = events.filter((event) => event.type === "mcp-violated");
  expect(refusals.map((event) => event.refusal)).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
  const judged = events.filter((event) => event.type === "mcp-judged" && !event.met && event.point === "task_complete");
  expect(judged).toMatchObject([
    { server: "git", attempt: 1 },
    { server: "git", attempt: 2 },
  ]);
  expect(git("log", "--format=%(trailers:key=CCB-Task,valueonly)").trim()).toBe("");
});

test("a session that used git only in its second attempt is let go, and its work counts", async () => {
  const session = ({ firstUserText }: { firstUserText: string }): SessionScript => ({
    notice: "Hello",
    ...(firstUserText.includes("did not count") ? {} : { skip: ["git"] }),
  });
  const { result, events } = await build({ session });
  expect(result.outcome).toBe("done");
  const starts = events.flatMap((event) => (event.type === "task-start" ? [`${event.task} ${event.attempt}`] : []));
  expect(starts).toEqual(["health 1", "health 2", "notice 1", "notice 2"]);
});

test("a phase that is not accepted gets one repair session that is shown the evidence", async () => {
  const prompts: string[] = [];
  const { result, events } = await build({
    session: ({ firstUserText }) => {
      prompts.push(firstUserText);
      return { notice: firstUserText.includes("<evidence>") ? "Hello" : "Wrong" };
    },
  });

  expect(result.outcome).toBe("done");
  expect(events.flatMap((event) => (event.type === "phase-end" ? [event.passed] : []))).toEqual([false, true]);
  expect(prompts.some((prompt) => prompt.includes("<evidence>") && prompt.includes("Wrong"))).toBe(true);
  expect(git("log", "--format=%(trailers:key=CCB-Task,valueonly)")).toContain("repair-service");
});

test("a phase that stays unaccepted stops the build, and with continueOnError the documents are still written", async () => {
  const stopped = await build({ session: () => ({ notice: "Wrong" }) });
  expect(stopped.result.outcome).toBe("acceptance-failed");
  expect(stopped.result.reason).toMatch(/1 of 2 criteria failed \(FC00\d\)/);
  const failed = stopped.events.filter((event) => event.type === "criterion-checked" && !event.passed).at(-1);
  expect(failed).toMatchObject({ summary: expect.stringContaining('expected "Hello", received "Wrong"') });
  expect(existsSync(join(cwd, "out", "README.md"))).toBe(false);

  const wentOn = await build({
    session: () => ({ notice: "Wrong" }),
    options: { continueOnError: true, outputDirectory: "second" },
  });
  expect(wentOn.result.outcome).toBe("acceptance-failed");
  expect(existsSync(join(cwd, "second", "README.md"))).toBe(true);
  expect(wentOn.result.summary?.requirements).toMatchObject({ failed: 1, verified: 1, waived: 1 });
});

test("the cap refuses the call that could exceed it and ends the build with what it spent", async () => {
  const { result, billed } = await build({
    usage: { ...noticeUsage, outputTokens: 20_000 },
    options: { maxCostUsd: 4 },
  });

  expect(result.outcome).toBe("budget-reached");
  expect(result.reason).toMatch(/\$4/);
  const spent = result.summary?.costMicroUsd ?? 0;
  expect(spent).toBeGreaterThan(0);
  expect(spent).toBeLessThanOrEqual(4_000_000);
  expect(result.summary?.usage.inputTokens).toBe(billed.totals().inputTokens);
});

test("a second run of the same build reuses every finished step and calls no model for it", async () => {
  const first = await build({ options: { phases: ["service"] } });
  expect(first.result.outcome).toBe("done");
  const second = await build({});

  expect(second.result.outcome).toBe("done");
  expect(second.billed.totals().calls).toBe(0);
  const ends = second.events.filter((event) => event.type === "task-end");
  expect(ends.map((event) => event.outcome)).toEqual(["reused", "reused"]);
  expect(second.result.summary?.calls).toBe(first.result.summary?.calls);
});

test("what stands in the output directory is moved aside, never overwritten", async () => {
  await mkdir(join(cwd, "out"));
  await writeFile(join(cwd, "out", "mine.txt"), "precious");
  const { result } = await build({ options: { dryRun: true } });

  expect(result.outcome).toBe("planned");
  const backup = readdirSync(cwd).find((name) => name.startsWith("out.backup_"));
  expect(readFileSync(join(cwd, String(backup), "mine.txt"), "utf8")).toBe("precious");
  expect(existsSync(join(cwd, "out", "mine.txt"))).toBe(false);
  expect(artifact("plan.json").phases).toHaveLength(1);
  expect(artifact("forecast.json").expectedMicroUsd).toBeGreaterThan(0);
});
