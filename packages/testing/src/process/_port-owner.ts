import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * True when a program that was there before `pid` was started listens on a loopback port: it, not the service under test, would answer. False when nothing can be told (no /proc, other
 * users' processes).
 */
export function isPortOfEarlierProgram(port: number, pid: number): boolean {
  const inodes = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listListeners(table, port)));
  const started = readStartTime(pid);
  if (inodes.size === 0 || started === undefined) return false;
  const owners = listPids().filter((owner) => holdsSocket(owner, inodes));
  return owners.length > 0 && owners.every((owner) => (readStartTime(owner) ?? started) < started);
}

/** Inodes of the sockets that listen on a port (state 0A). */
function listListeners(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readOr(() => readFileSync(table, "latin1"), "")
    .split("\n")
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const inode = fields[9];
      return fields[1]?.endsWith(wanted) && fields[3] === "0A" && inode ? [inode] : [];
    });
}

function holdsSocket(pid: number, inodes: Set<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return readOr(() => readdirSync(folder), []).some((name) => {
    const target = readOr(() => readlinkSync(`${folder}/${name}`), "");
    return inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
  });
}

/** Clock ticks since boot at which a process started. */
function readStartTime(pid: number): number | undefined {
  const stat = readOr(() => readFileSync(`/proc/${pid}/stat`, "latin1"), "");
  const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  return Number.isFinite(ticks) && ticks > 0 ? ticks : undefined;
}

function listPids(): number[] {
  return readOr(() => readdirSync("/proc"), []).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** A process may end between two looks, and those of other users may not be read: both count as nothing. */
function readOr<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
