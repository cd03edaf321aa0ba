import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Processes that work in a folder or name it on their command line (Linux); `undefined` where /proc cannot tell. */
export function listProcessesOf(folder: string): string[] | undefined {
  if (process.platform !== "linux") return undefined;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = read(() => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
      const cwd = read(() => readlinkSync(`/proc/${pid}/cwd`));
      return command.includes(folder) || cwd.startsWith(folder) ? [`${pid} ${command}`] : [];
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
