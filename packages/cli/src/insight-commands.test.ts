import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cp, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCcb, startCcb } from "../test-support/run-ccb.ts";

const spec = `# Plant Diary

- FR-1: The service must store plants.
- FR-2: The service must answer within 200 ms.
`;

/** A folder with a project that a dry run made: the real planning agents, the offline model, the real journal and logs. */
let cwd: string;
beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-insight-")));
  await writeFile(join(cwd, "spec.md"), spec);
  const { code, stderr } = await runCcb({ args: ["init", "spec.md", "--dry-run", "-o", "plants", "--yes"], cwd });
  expect([code, stderr]).toEqual([0, ""]);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const run = (...args: string[]) => runCcb({ args, cwd });
const lines = (text: string) => text.split("\n").filter((line) => line !== "");

describe("ccb logs", () => {
  test("shows records, filtered by phase, agent and level", async () => {
    const all = await run("logs", "plants", "--json");
    expect(all.stderr).toBe("");
    const records = lines(all.stdout).map(
      (line) => JSON.parse(line) as { message: string; event?: { scope?: unknown } },
    );
    expect(records[0]?.message).toBe("build-start");
    expect(records.at(-1)?.message).toBe("build-end");
    const agent = lines((await run("logs", "plants", "--agent", "task-generator")).stdout);
    expect(agent.length).toBeGreaterThan(0);
    for (const line of agent) expect(line).toMatch(/^\d\d:\d\d:\d\d info {2}call-end agent=task-generator/);
    expect((await run("logs", "plants", "--level", "error")).stdout).toBe("");
    expect(lines((await run("logs", "plants", "--tail", "2")).stdout)).toHaveLength(2);
  });

  test("--follow shows what is logged from now on, and ends well at Ctrl-C", async () => {
    const { child, ended } = startCcb({ args: ["logs", "plants", "--follow", "--tail", "1"], cwd });
    await once(child.stdout, "data");
    const record = { at: "2026-11-28T00:00:00.000Z", level: "warn", name: "test", message: "written \u001b[31mlater" };
    appendFileSync(join(cwd, "plants", "logs", "structured.jsonl"), `${JSON.stringify(record)}\n`);
    await once(child.stdout, "data");
    child.kill("SIGINT");
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(lines(stdout).at(-1)).toBe("00:00:00 warn  written \\u001b[31mlater");
  });

  test("lists, shows and compares model calls", async () => {
    const list = JSON.parse((await run("logs", "calls", "list", "--dir", "plants", "--json")).stdout);
    expect(list.map(({ number }: { number: number }) => number)).toEqual(list.map((_: unknown, at: number) => at + 1));
    expect(lines((await run("logs", "calls", "list", "-d", "plants", "-a", "spec-analyzer")).stdout)).toHaveLength(1);
    const shown = (await run("logs", "calls", "show", "1", "-d", "plants")).stdout;
    expect(shown).toContain(`logs/api_calls/${list[0].id}.json`);
    expect(shown).toContain("The service must store plants.");
    const differing = JSON.parse((await run("logs", "calls", "diff", "1", "2", "-d", "plants", "--json")).stdout);
    expect(differing.map(({ path }: { path: string }) => path)).toEqual(
      expect.arrayContaining(["request.system[0].text", "context.agent"]),
    );
    const missing = await run("logs", "calls", "show", "99", "-d", "plants");
    expect([missing.code, missing.stdout]).toEqual([2, ""]);
    expect(missing.stderr).toContain(`the log has 1 to ${list.length}`);
  });

  test("says where no project is", async () => {
    const { code, stderr } = await run("logs");
    expect(code).toBe(2);
    expect(stderr).toContain("no project directory of CCB here");
  });
});

describe("ccb audit", () => {
  test("verify finds nothing, then one changed byte; export makes a file that verifies alone", async () => {
    await cp(join(cwd, "plants"), join(cwd, "copy"), { recursive: true });
    const good = await run("audit", "verify", "copy");
    expect([good.code, good.stderr]).toEqual([0, ""]);
    expect(good.stdout).toMatch(
      /nothing was changed: \d+ records, \d+ events, \d+ calls, [1-9]\d* artifacts\n {2}! no commit holds a head of the log.*\nhead [0-9a-f]{64}\n/,
    );
    const head = good.stdout.trim().slice(-64);
    const records = /(\d+) records/.exec(good.stdout)?.[1];
    const git = (...args: string[]) =>
      spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: join(cwd, "copy") });
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "-m", `Report\n\nCCB-Audit-Head: ${records} ${head}`);
    await cp(join(cwd, "copy", ".git"), join(cwd, "clone", ".git"), { recursive: true });
    const exported = await run("audit", "export", "copy", "--out", "proof.tar.gz");
    expect(exported.code).toBe(0);
    expect(exported.stdout).toContain(" artifacts, 1 head\n");
    expect((await run("audit", "export", "copy", "--out", "proof.tar.gz")).code).toBe(2);

    const log = join(cwd, "copy", "logs", "audit.jsonl");
    writeFileSync(log, readFileSync(log, "utf8").replace('"outcome":"answered"', '"outcome":"answeree"'));
    const bad = await run("audit", "verify", "copy");
    expect(bad.code).toBe(5);
    expect(bad.stdout).toMatch(/logs\/audit\.jsonl: record \d+ was changed/);

    await rm(join(cwd, "copy"), { recursive: true });
    expect((await run("audit", "verify", "proof.tar.gz", "--head", head)).code).toBe(0);
    const replaced = await run("audit", "verify", "proof.tar.gz", "--head", "0".repeat(64), "--json");
    expect(replaced.code).toBe(5);
    expect(JSON.parse(replaced.stdout).problems).toHaveLength(1);
    expect((await run("audit", "verify", "spec.md")).code).toBe(2);

    const verify = ["audit", "verify", "proof.tar.gz", "--repository"];
    const cloned = JSON.parse((await run(...verify, "clone", "--json")).stdout);
    expect(cloned).toMatchObject({ problems: [], heads: 2, commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
    const none = await run(...verify, ".");
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("No commit of . holds a head") });
  });
});

describe("ccb report", () => {
  test("as text, JSON, Markdown and page; journals into a folder", async () => {
    const json = JSON.parse((await run("report", "plants", "--json")).stdout);
    expect(json).toMatchObject({ outcome: "planned", performance: { runs: 1 }, quality: { failedCalls: 0 } });
    expect(json.resources.calls).toBeGreaterThan(2);
    const tokens = json.resources.tokens.toLocaleString("en-US");
    expect((await run("report", "plants")).stdout).toContain(tokens);
    expect((await run("report", "plants", "--markdown")).stdout).toContain(`| Tokens | ${tokens} |`);
    expect((await run("report", "plants", "--html", "--out", "report.html")).stdout).toBe("");
    expect(readFileSync(join(cwd, "report.html"), "utf8")).toContain("<svg");
    expect((await run("report", "plants", "--html", "--json")).code).toBe(2);
    expect(lines((await run("report", "plants", "--journals", "journals")).stdout)).toHaveLength(3);
    expect(readFileSync(join(cwd, "journals", "stateRecovery.md"), "utf8")).toContain("ended as **planned**");
  });
});

describe("ccb db", () => {
  test("status, rollback with a copy first, migrate; the copy holds what was there", async () => {
    await cp(join(cwd, "plants"), join(cwd, "db"), { recursive: true });
    const status = await run("db", "status", "db");
    expect([status.code, status.stderr]).toEqual([0, ""]);
    expect(status.stdout).toMatch(/^builder +1 .*applied 20/);
    expect(status.stdout).toContain("Up to date.");

    const asked = await run("db", "rollback", "db");
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("--yes");
    const steps = JSON.parse((await run("db", "status", "db", "--json")).stdout).filter(
      ({ set }: { set: string }) => set === "cost",
    ).length;
    const undone = await run("db", "rollback", "db", "--set", "cost", "--steps", String(steps), "--yes");
    expect([undone.code, undone.stderr]).toEqual([0, ""]);
    expect((await run("db", "status", "db")).stdout).toContain("missing: ccb db migrate applies them.");
    const [copy = ""] = readdirSync(join(cwd, "db", ".checkpoints", "backups"));
    const calls = (path: string) => {
      const database = new DatabaseSync(path, { readOnly: true });
      const row = database.prepare("SELECT COUNT(*) AS calls FROM cost_entries").get();
      database.close();
      return Number(row?.calls);
    };
    const before = calls(join(cwd, "plants", ".checkpoints", "build.db"));
    expect(before).toBeGreaterThan(2);
    expect(calls(join(cwd, "db", ".checkpoints", "backups", copy))).toBe(before);
    // The events are still there, and a report can be made of them.
    expect((await run("report", "db")).code).toBe(0);
    expect((await run("db", "migrate", "db")).stdout).toMatch(/^applied cost 1: /);
    expect(calls(join(cwd, "db", ".checkpoints", "build.db"))).toBe(0);
    expect((await run("db", "migrate", "db")).stdout).toBe("Up to date; nothing was changed.\n");
    expect(existsSync(join(cwd, "db", ".checkpoints", "lock.json"))).toBe(false);
  });
});
