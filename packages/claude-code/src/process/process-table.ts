import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One running process as the system lists it; processes that have ended and only wait to be collected are left out. */
export interface ProcessRow {
  pid: number;
  parent: number;
  group: number;
  /** When it started, as the system writes it (Linux: clock ticks since boot); with the pid it names one process for good. */
  startedAt: string;
}

/** All processes of the machine: from /proc where there is one, else from `ps`. */
export function readProcessTable(platform: NodeJS.Platform = process.platform): ProcessRow[] {
  return platform === "linux" ? readProcTable() : readPsTable();
}

/** The process of that id, or undefined when there is none. */
export function readProcess(pid: number, platform: NodeJS.Platform = process.platform): ProcessRow | undefined {
  if (platform === "linux") return readProcRow(pid);
  return readPsTable().find((row) => row.pid === pid);
}

/** The value of one variable in a process's environment as it was started; undefined where the system does not tell (not Linux, another user's). */
export function readProcessVariable(pid: number, name: string): string | undefined {
  const content = readIfThere(`/proc/${pid}/environ`);
  const entry = content?.split("\0").find((line) => line.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

function readProcTable(): ProcessRow[] {
  const rows: ProcessRow[] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const row = readProcRow(Number(entry));
    if (row) rows.push(row);
  }
  return rows;
}

/** Fields after the name, which stands in parentheses and may hold anything: state, ppid, pgrp, …, starttime (22nd of all; proc_pid_stat(5)). */
function readProcRow(pid: number): ProcessRow | undefined {
  const content = readIfThere(`/proc/${pid}/stat`);
  if (content === undefined) return undefined;
  const fields = content.slice(content.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  const startedAt = fields[19];
  if (state === undefined || startedAt === undefined || state === "Z" || state === "X") return undefined;
  return { pid, parent: Number(parent), group: Number(group), startedAt };
}

function readPsTable(): ProcessRow[] {
  const output = execFileSync("ps", ["-A", "-o", "pid=,ppid=,pgid=,stat=,lstart="], { encoding: "utf8" });
  const rows: ProcessRow[] = [];
  for (const line of output.split("\n")) {
    const found = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line);
    if (!found || found[4]?.startsWith("Z")) continue;
    rows.push({ pid: Number(found[1]), parent: Number(found[2]), group: Number(found[3]), startedAt: found[5] ?? "" });
  }
  return rows;
}

/** A process may end between the listing and the reading, or belong to somebody else: both read as "not there". */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return undefined;
    throw error;
  }
}
