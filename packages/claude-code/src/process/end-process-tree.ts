import { setTimeout as delay } from "node:timers/promises";
import { type ProcessRow, readProcess, readProcessTable, readProcessVariable } from "./process-table.ts";

/** The environment variable that all processes of one session carry, wherever they move themselves. */
export const sessionMarkVariable = "CCB_SESSION_MARK";

/** What has to be kept of a session's process to end it later, from another process too. Plain data. */
export interface RecordedProcess {
  pid: number;
  /** When it started, as the system writes it; guards against a pid that was given to another process since. */
  startedAt: string;
  /** The session's mark; undefined where the system does not show environments (not Linux). */
  mark: string | undefined;
}

export interface EndProcessTreeOptions {
  /** Milliseconds between SIGTERM and SIGKILL; 2000 by default, 0 kills at once. */
  graceMs?: number;
}

export interface EndProcessTreeResult {
  /** Ids of the processes that were running and are not any more. */
  ended: number[];
  /** Ids of those that SIGKILL did not end within five seconds (in an uninterruptible call, or another user's). */
  remaining: number[];
}

/** What to keep of a running session (of the `process-started` event's pid), or undefined when it does not run any more. */
export function readProcessRecord(pid: number): RecordedProcess | undefined {
  const row = readProcess(pid);
  return row && { pid, startedAt: row.startedAt, mark: readProcessVariable(pid, sessionMarkVariable) };
}

/**
 * Ends a session's process and everything that came from it: its descendants, its process group and, on Linux, every process that carries the
 * session's mark (so one that left the group and lost its parent is found too). SIGTERM, then SIGKILL.
 *
 * Takes a record from {@link readProcessRecord}; when the pid belongs to another process by now, only marked processes are ended. A process
 * ends others than itself only.
 */
export async function endProcessTree(
  recorded: RecordedProcess,
  options: EndProcessTreeOptions = {},
): Promise<EndProcessTreeResult> {
  const graceMs = options.graceMs ?? 2000;
  const seen = new Map<number, ProcessRow>();
  const find = () => {
    const rows = findProcesses(recorded, seen);
    for (const row of rows) seen.set(row.pid, row);
    return rows;
  };
  if (graceMs > 0) await signalUntilGone({ find, signal: "SIGTERM", deadlineMs: graceMs, repeat: false });
  await signalUntilGone({ find, signal: "SIGKILL", deadlineMs: 5000, repeat: true });
  const remaining = find().map((row) => row.pid);
  return { ended: [...seen.keys()].filter((pid) => !remaining.includes(pid)), remaining };
}

/** Processes of the session that run now. Those seen before count on, even after their parent's end moved them elsewhere. */
function findProcesses(recorded: RecordedProcess, seen: ReadonlyMap<number, ProcessRow>): ProcessRow[] {
  const table = readProcessTable();
  const isRoot = (row: ProcessRow) => row.pid === recorded.pid && row.startedAt === recorded.startedAt;
  // A group keeps its number for as long as it has members, and no new process gets that number: a group without its leader is still the session's.
  const leaderless = recorded.mark === undefined && !table.some((row) => row.pid === recorded.pid);
  const groupIsOurs = table.some(isRoot) || seen.has(recorded.pid) || leaderless;
  const found = new Map<number, ProcessRow>();
  for (const row of table) {
    if (row.pid === process.pid) continue;
    const known = seen.get(row.pid)?.startedAt === row.startedAt;
    const inGroup = groupIsOurs && row.group === recorded.pid;
    const marked = recorded.mark !== undefined && readProcessVariable(row.pid, sessionMarkVariable) === recorded.mark;
    if (known || isRoot(row) || inGroup || marked) found.set(row.pid, row);
  }
  let grew = true;
  while (grew) {
    grew = false;
    for (const row of table) {
      if (found.has(row.pid) || !found.has(row.parent) || row.pid === process.pid) continue;
      found.set(row.pid, row);
      grew = true;
    }
  }
  return [...found.values()];
}

async function signalUntilGone(step: {
  find: () => ProcessRow[];
  signal: NodeJS.Signals;
  deadlineMs: number;
  repeat: boolean;
}): Promise<void> {
  const started = performance.now();
  const signalled = new Set<number>();
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    const rows = step.find();
    if (rows.length === 0) return;
    for (const row of rows) {
      if (step.repeat || !signalled.has(row.pid)) sendSignal(row.pid, step.signal);
      signalled.add(row.pid);
    }
    if (performance.now() - started > step.deadlineMs) return;
    await delay(pauseMs);
  }
}

/** A process that ended meanwhile needs no signal; one that may not be signalled shows up as remaining. */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
