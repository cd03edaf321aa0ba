import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { endProcessTree, readProcessRecord } from "./end-process-tree.ts";
import { readProcess, readProcessTable } from "./process-table.ts";

const started: ChildProcess[] = [];

/** A shell that has said "ready", as the leader of its own group. */
async function startShell(script: string, env: Record<string, string> = {}): Promise<ChildProcess & { pid: number }> {
  const child = spawn("/bin/sh", ["-c", script], {
    env: { PATH: process.env.PATH ?? "", ...env },
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  started.push(child);
  await once(child.stdout, "data");
  if (child.pid === undefined) throw new Error("the shell did not start");
  return Object.assign(child, { pid: child.pid });
}

afterEach(() => {
  for (const { pid } of started.splice(0)) {
    if (pid !== undefined && readProcessTable().some((row) => row.group === pid)) process.kill(-pid, "SIGKILL");
  }
});

function record(pid: number) {
  const recorded = readProcessRecord(pid);
  if (recorded === undefined) throw new Error(`process ${pid} does not run`);
  return recorded;
}

describe("endProcessTree", () => {
  it("ends a process with its children, and those that ignore SIGTERM after the grace period", async () => {
    const shell = await startShell("trap '' TERM; sleep 300 & sleep 301 & echo ready; while :; do sleep 1; done");
    const result = await endProcessTree(record(shell.pid), { graceMs: 50 });
    expect(result.remaining).toEqual([]);
    expect(result.ended.length).toBeGreaterThanOrEqual(3);
    expect(readProcessTable().filter((row) => row.group === shell.pid)).toEqual([]);
  });

  it.runIf(process.platform === "linux")(
    "finds a process that left the group and lost its parent by the session's mark, even when the first process is gone",
    async () => {
      const mark = randomUUID();
      const shell = await startShell("setsid sleep 300 > /dev/null & echo ready; sleep 302", {
        CCB_SESSION_MARK: mark,
      });
      const recorded = record(shell.pid);
      expect(recorded.mark).toBe(mark);
      shell.kill("SIGKILL");
      await once(shell, "exit");
      const { ended, remaining } = await endProcessTree(recorded, { graceMs: 0 });
      expect(remaining).toEqual([]);
      expect(ended.length).toBeGreaterThanOrEqual(1);
      expect(ended.every((pid) => readProcess(pid) === undefined)).toBe(true);
    },
  );

  it("leaves a process alone that only has the recorded pid", async () => {
    const shell = await startShell("echo ready; sleep 303");
    const other = { ...record(shell.pid), startedAt: "another time", mark: undefined };
    expect(await endProcessTree(other)).toEqual({ ended: [], remaining: [] });
    expect(readProcess(shell.pid)).toBeDefined();
  });
});

describe("readProcessRecord", () => {
  it("is undefined for a process that has ended", async () => {
    const shell = await startShell("echo ready");
    if (shell.exitCode === null) await once(shell, "exit");
    expect(readProcessRecord(shell.pid)).toBeUndefined();
  });
});

it("reads the same processes from ps as from the system's own files", () => {
  const own = readProcessTable("darwin").find((row) => row.pid === process.pid);
  expect(own).toMatchObject({ pid: process.pid, parent: process.ppid });
  expect(readProcess(process.pid, "darwin")?.startedAt).not.toBe("");
  expect(readProcess(process.pid)?.group).toBe(own?.group);
});
