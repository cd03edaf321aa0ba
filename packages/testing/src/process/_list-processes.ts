import { readdirSync, readFileSync } from "node:fs";

interface ProcessRow {
  pid: number;
  parent: number;
  group: number;
}

export interface ProcessFamily {
  /** The process group's id, which is the pid of its leader. */
  group: number;
  /** An environment entry ("NAME=value") that only processes of this family have. */
  mark: string;
}

/**
 * The living processes of a family: those in its group, those that left the group but carry its mark in their environment, and the children of all
 * of these. `undefined` where there is no /proc to read. Zombies are not alive.
 */
export function listProcesses(family: ProcessFamily): number[] | undefined {
  const rows = readProcessTable();
  if (!rows) return undefined;
  const found = new Set<number>();
  for (const row of rows) {
    if (row.pid !== process.pid && (row.group === family.group || hasMark(row.pid, family.mark))) found.add(row.pid);
  }
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const row of rows) if (found.has(row.parent)) found.add(row.pid);
  }
  return [...found];
}

function readProcessTable(): ProcessRow[] | undefined {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return undefined;
  }
  const rows: ProcessRow[] = [];
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readOrNothing(`/proc/${name}/stat`);
    // The second field is the program's name in brackets and may hold anything, so read from the last bracket on.
    const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (!state || state === "Z" || state === "X") continue;
    rows.push({ pid: Number(name), parent: Number(parent), group: Number(group) });
  }
  return rows.length > 0 ? rows : undefined;
}

function hasMark(pid: number, mark: string): boolean {
  return readOrNothing(`/proc/${pid}/environ`).includes(mark);
}

/** A process may end between the listing and the reading, and those of other users may not be read: both count as nothing. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** The living children of a process; none where there is no /proc to read. */
export function listChildren(pid: number): number[] {
  return (readProcessTable() ?? []).filter((row) => row.parent === pid).map((row) => row.pid);
}

/** The program's name, cut to 15 characters; "" of one that has ended. */
export function readProcessName(pid: number): string {
  return readOrNothing(`/proc/${pid}/comm`).trim();
}

/** Bytes of memory that a process holds at this moment. */
export function readResidentBytes(pid: number): number {
  const pages = Number(readOrNothing(`/proc/${pid}/statm`).split(" ")[1]);
  return Number.isFinite(pages) ? pages * 4096 : 0;
}

/** How many living processes of this machine were started with exactly these words. */
export function countCommands(...words: string[]): number {
  const line = `${words.join("\0")}\0`;
  return (readProcessTable() ?? []).filter(({ pid }) => readOrNothing(`/proc/${pid}/cmdline`) === line).length;
}
