import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process that belongs to a run. */
export interface FoundProcess {
  pid: number;
  command: string;
  /** Name=value of the mark that CCB gives to everything a session starts. */
  mark: string | undefined;
}

/**
 * The processes that name a folder on their command line or in their environment, work in it, or carry one of the marks (Linux). The laboratory itself is not among them.
 */
export function findProcesses(folder: string, marks: ReadonlySet<string> = new Set()): FoundProcess[] {
  const ours = new Set([process.pid, process.ppid]);
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!/^\d+$/.test(name) || ours.has(pid)) return [];
    const command = read(() => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim());
    if (command === "") return [];
    const variables = read(() => readFileSync(`/proc/${pid}/environ`, "utf8")).split("\0");
    const mark = variables.find((variable) => variable.startsWith("CCB_SESSION_MARK="));
    const isHere =
      command.includes(folder) ||
      variables.some((variable) => variable.includes(folder)) ||
      read(() => readlinkSync(`/proc/${pid}/cwd`)).startsWith(folder);
    const isMarked = [...marks].some((known) => known === mark || command.includes(known));
    return isHere || isMarked ? [{ pid, command, mark }] : [];
  });
}

/** A process may end, or belong to somebody else, while it is looked at. */
function read(look: () => string): string {
  try {
    return look();
  } catch {
    return "";
  }
}
