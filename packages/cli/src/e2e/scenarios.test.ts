import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createScriptedModel, type ScriptFault } from "@ccb/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listProcessesOf } from "../../test-support/list-processes.ts";
import { type OnSession, type Part, renderPartsSpecification, scriptParts } from "../../test-support/parts-product.ts";
import { type CcbRun, runCcb, startCcb } from "../../test-support/run-ccb.ts";

// The five ways through the whole of CCB that a user relies on: `ccb` as a process, the real Claude Code, real git and SQLite; only the model is scripted. What is asserted is what a user sees.

let cwd: string;
let model: Awaited<ReturnType<typeof createScriptedModel>> | undefined;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-scenario-")));
});

afterEach(async () => {
  await model?.close();
  model = undefined;
  await rm(cwd, { recursive: true, force: true });
});

/** Starts the model server of these parts and writes their specification. */
async function prepare(parts: readonly Part[], onSession?: OnSession, faults: ScriptFault[] = []) {
  await writeFile(join(cwd, "spec.md"), renderPartsSpecification(parts));
  model = await createScriptedModel({ rules: scriptParts(parts, onSession), faults });
  return model;
}

const key = { ANTHROPIC_API_KEY: "sk-ant-test-0123456789abcdef" };
const init = (...more: string[]) => {
  const where = ["--base-url", model?.url ?? "", "--yes", "-o", "out"];
  return { args: ["init", "spec.md", ...where, ...more], cwd, environment: key };
};
const ccb = (...args: string[]): Promise<CcbRun> => runCcb({ args, cwd, environment: key });
const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: join(cwd, "out"), encoding: "utf8", stdio: "pipe" });
const trailers = (name: string) =>
  git("log", `--format=%(trailers:key=${name},valueonly)`).split("\n").filter(Boolean).toReversed();

async function readJson<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await ccb(...args, "--json");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as T;
}

function query(sql: string): Record<string, unknown>[] {
  using database = new DatabaseSync(join(cwd, "out", ".checkpoints", "build.db"), { readOnly: true });
  return database.prepare(sql).all();
}

interface Costs {
  costMicroUsd: number;
  calls: number;
  unpricedCalls: number;
  usage: Record<"inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWrite5mTokens", number>;
  by: Record<string, { key?: string; costMicroUsd: number; calls: number }[]>;
}

/** What CCB booked is what the server counted, by whatever it is broken down. */
async function expectBookedAsBilled(): Promise<Costs> {
  const costs = await readJson<Costs>("cost", "out");
  const { calls, ...billed } = model?.totals() ?? { calls: -1 };
  expect(costs.calls).toBe(calls);
  expect(costs.usage).toEqual(billed);
  expect(costs.unpricedCalls).toBe(0);
  for (const rows of Object.values(costs.by)) {
    expect(rows.reduce((sum, row) => sum + row.costMicroUsd, 0)).toBe(costs.costMicroUsd);
    expect(rows.reduce((sum, row) => sum + row.calls, 0)).toBe(calls);
  }
  return costs;
}

/** Nothing runs on, and nothing lies about that only a running build needs. */
async function expectNothingLeft(): Promise<void> {
  await vi.waitFor(() => expect(listProcessesOf(cwd) ?? []).toEqual([]), { timeout: 10_000, interval: 100 });
  expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
  expect(git("status", "--porcelain")).toBe("");
}

test("specification → tasks → execution → metrics", { timeout: 180_000 }, async () => {
  const scraped = Promise.withResolvers<void>();
  const atLast = Promise.withResolvers<void>();
  await prepare([{ id: "login" }, { id: "logout" }, { id: "session", dependsOn: ["login"] }], async (part) => {
    if (part !== "session") return undefined;
    atLast.resolve();
    await scraped.promise;
    return undefined;
  });
  const { child, ended } = startCcb(init("--metrics-port", "0"));
  const url = new Promise<string>((resolve) => {
    let told = "";
    const look = (more: string) => {
      told += more;
      const [found] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(told) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
  });
  await atLast.promise;
  const metrics = await (await fetch(await url)).text();
  scraped.resolve();
  const { code, stdout } = await ended;

  expect(stdout).toContain("Done: Every phase is built.");
  expect(code).toBe(0);
  expect(metrics).toMatch(/^ccb_tasks\{.*state="done".*\} 2$/m);
  expect(metrics).toMatch(/^ccb_tasks\{.*state="running".*\} 1$/m);
  expect(metrics).toMatch(/^ccb_mcp_calls_total\{.*server="memory".*\} 2$/m);
  expect(trailers("CCB-Task")).toEqual(["login", "logout", "session"]);
  for (const part of ["login", "logout", "session"])
    expect(readFileSync(join(cwd, "out", `${part}.txt`), "utf8")).toBe(`I am ${part}\n`);
  const ends = query("SELECT body FROM events WHERE type = 'task-end' ORDER BY sequence");
  const told = ends.map(({ body }) => JSON.parse(String(body)) as { task: string; outcome: string; commit: string });
  expect(told.map(({ task, outcome }) => [task, outcome])).toEqual([
    ["login", "done"],
    ["logout", "done"],
    ["session", "done"],
  ]);
  for (const { commit, task } of told) expect(git("show", "-s", "--format=%B", commit)).toContain(`CCB-Task: ${task}`);
  expect(await readJson("status", "out")).toMatchObject({
    state: "ended",
    outcome: "done",
    tasks: { done: 3, failed: 0, total: 3 },
    criteria: { passed: 3, failed: 0, total: 3 },
  });
  expect((await ccb("trace", "out")).code).toBe(0);
  await expectBookedAsBilled();
  await expectNothingLeft();
});

test("a secret in a git commit", { timeout: 180_000 }, async () => {
  // Put together here, so that no key stands in this file.
  const secret = ["ghp_", "q7Zx3LmV9bTr2KwYc8Nf", "5HsJd1Pg6Ea4Ru0X"].join("");
  const line = `export const token = "${secret}";`;
  const commit = "git add -A && git -c user.name=x -c user.email=x@x commit --quiet --no-verify -m client";
  await prepare([{ id: "safe" }, { id: "client", command: `echo '${line}' > client.txt && ${commit}` }]);
  const { code, stdout } = await runCcb(init("--no-validate"));

  expect(stdout).toMatch(/client\.txt:1 \(github-pat, ghp_… \(40 characters\)\)/);
  expect(stdout).toContain('Task "client" failed: The work holds what looks like a secret');
  expect(code).toBe(1);
  expect(trailers("CCB-Task")).toEqual(["safe"]);
  expect(git("log", "-p", "HEAD")).not.toContain(secret);
  // 1 is grep's word for "in none of them".
  const searched = ["artifacts", "logs"].map((folder) => join(cwd, "out", folder));
  expect(spawnSync("grep", ["-rlF", secret, ...searched]).status).toBe(1);
  await expectBookedAsBilled();

  // The user's own commit of it is refused by the hook that the project got.
  git("add", "--all");
  writeFileSync(join(cwd, "out", "mine.txt"), `${line}\n`);
  git("add", "mine.txt");
  expect(() => git("-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "-m", "mine")).toThrow(
    /mine\.txt:1/,
  );
  expect((await ccb("secrets", "out", "--staged")).code).not.toBe(0);
});

test("tasks side by side", { timeout: 180_000 }, async () => {
  const together = Promise.withResolvers<void>();
  const waiting = new Set<string>();
  const parts = ["left", "middle", "right"].map((id) => ({ id }));
  await prepare([...parts, { id: "whole", dependsOn: ["left", "middle", "right"] }], async (part) => {
    if (part === "whole") return undefined;
    waiting.add(part);
    if (waiting.size === 3) together.resolve();
    // One after the other they would wait here until the test's time is up.
    await together.promise;
    return undefined;
  });
  const { code, stdout } = await runCcb(init("--parallel-tasks", "3", "--no-validate"));

  expect(stdout).toContain("Done: Every phase is built.");
  expect(code).toBe(0);
  expect([...waiting].toSorted()).toEqual(["left", "middle", "right"]);
  expect(trailers("CCB-Task").toSorted()).toEqual(["left", "middle", "right", "whole"]);
  expect(trailers("CCB-Task").at(-1)).toBe("whole");
  expect(git("log", "--merges", "--format=%H")).toBe("");
  const costs = await expectBookedAsBilled();
  expect(costs.by.task?.flatMap(({ key: task }) => task ?? []).toSorted()).toEqual([
    "left",
    "middle",
    "right",
    "whole",
  ]);
  expect(existsSync(join(cwd, "out", ".checkpoints", "worktrees"))).toBe(false);
  await expectNothingLeft();
});

test("cost across sessions: a cap, a kill and two more runs", { timeout: 180_000 }, async () => {
  const atSecond = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  await prepare([{ id: "one" }, { id: "two" }], async (part, { toolUses }) => {
    // The second session has written its part when CCB is killed.
    if (part !== "two" || toolUses.length === 0) return undefined;
    atSecond.resolve();
    await goOn.promise;
    return undefined;
  });
  const { child, ended } = startCcb(init("--no-validate"));
  await atSecond.promise;
  child.kill("SIGKILL");
  await ended;
  await vi.waitFor(() => expect(listProcessesOf(cwd) ?? []).toEqual([]), { timeout: 10_000, interval: 100 });
  goOn.resolve();
  expect(trailers("CCB-Task")).toEqual(["one"]);
  const atKill = await readJson<Costs>("cost", "out");
  expect(atKill.costMicroUsd).toBeGreaterThan(0);

  const capped = await ccb("resume", "out", "--max-cost", String((atKill.costMicroUsd + 1) / 1_000_000));
  expect(capped.stdout + capped.stderr).toMatch(/budget|cap/i);
  expect(capped.code).toBe(4);

  const { code } = await ccb("resume", "out", "--max-cost", "50");
  expect(code).toBe(0);
  expect(trailers("CCB-Task")).toEqual(["one", "two"]);
  const costs = await readJson<Costs>("cost", "out");
  const totals = model?.totals();
  // The call that was under way when it was killed is booked by what was reserved for it: never less than was billed.
  expect(costs.usage.outputTokens).toBeGreaterThanOrEqual(totals?.outputTokens ?? Number.POSITIVE_INFINITY);
  expect(costs.costMicroUsd).toBeGreaterThan(atKill.costMicroUsd);
  for (const rows of Object.values(costs.by))
    expect(rows.reduce((sum, row) => sum + row.costMicroUsd, 0)).toBe(costs.costMicroUsd);
  await expectNothingLeft();
});

test("recovery and fallback: faults of the model server, a server that is not there, a journal that is lost", {
  timeout: 180_000,
}, async () => {
  const overloaded: ScriptFault = {
    when: "builder",
    fault: { fault: "status", status: 529, errorType: "overloaded_error", message: "Overloaded" },
    times: 2,
  };
  await prepare([{ id: "one" }, { id: "two", dependsOn: ["one"] }], undefined, [
    overloaded,
    { when: "builder", fault: { fault: "cut", afterChunks: 2 } },
  ]);
  writeFileSync(join(cwd, "mcp.json"), JSON.stringify({ mcpServers: { absent: { command: "/nowhere/server" } } }));
  const built = await runCcb(init("--custom-mcp", "mcp.json", "--no-validate"));
  expect(built.stdout).toContain("MCP server absent is unavailable");
  expect(built.stdout).toContain("Done: Every phase is built.");
  expect(built.code).toBe(0);
  expect(trailers("CCB-Task")).toEqual(["one", "two"]);
  const statuses = model?.requests.map(({ status, outcome }) => (status === 529 ? "529" : outcome)) ?? [];
  expect(statuses.filter((status) => status === "529")).toHaveLength(2);
  expect(statuses).toContain("cut");
  const { calls } = await readJson<Costs>("cost", "out");
  expect(calls).toBeGreaterThanOrEqual(model?.totals().calls ?? Number.POSITIVE_INFINITY);

  // The journal is overwritten: told, not built upon; with its copy everything that was done is known again.
  const before = model?.totals().calls;
  writeFileSync(join(cwd, "out", ".checkpoints", "build.db"), "no database any more".repeat(500));
  for (const rest of ["-wal", "-shm"]) await rm(join(cwd, "out", ".checkpoints", `build.db${rest}`), { force: true });
  const refused = await ccb("resume", "out");
  expect(refused.stderr).toContain("is not an SQLite database");
  expect(refused.stderr).toContain("--from-backup");
  expect(refused.code).toBe(1);
  const restored = await ccb("resume", "out", "--from-backup");
  expect(restored.code).toBe(0);
  expect(restored.stdout).toContain("finished in an earlier run");
  expect(model?.totals().calls).toBe(before);
  expect(trailers("CCB-Task")).toEqual(["one", "two"]);
  await expectNothingLeft();
});
