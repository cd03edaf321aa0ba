import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, unlinkSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Clock } from "@ccb/core";
import { makeTimestamp } from "../render/_make-timestamp.ts";
import { writeFully } from "./_write-fully.ts";

/** When a log file is set aside, and how long what was set aside is kept. */
export interface LogRotation {
  /** A file that would grow beyond it is set aside first; default 1,000,000 bytes. `Infinity`: never. */
  maxBytes?: number | undefined;
  /** Days that a file set aside is kept; default 30. `Infinity`: for ever. */
  keepDays?: number | undefined;
  /** Compress what is set aside with gzip; default true. */
  compress?: boolean | undefined;
}

export const defaultMaxBytes = 1_000_000;
const defaultKeepDays = 30;
const dayMs = 86_400_000;

/** A file that was set aside: `<stem>.<YYYYMMDD_HHMMSS>[_<number>]<extension>[.gz]`. */
interface RotatedFile {
  path: string;
  /** The name without `.gz`; sorts by age. */
  name: string;
  timestamp: string;
  number: number;
}

/** The files that `path` was before, oldest first; where a plain one and its compressed copy are both there, the compressed one. */
export function listRotated(path: string): RotatedFile[] {
  const extension = extname(path);
  const stem = basename(path, extension);
  const found = new Map<string, RotatedFile>();
  for (const entry of readdirSync(dirname(path)).sort()) {
    const name = entry.endsWith(".gz") ? entry.slice(0, -3) : entry;
    if (!name.startsWith(`${stem}.`) || !name.endsWith(extension)) continue;
    const parts = /^(\d{8}_\d{6})(?:_(\d{3,}))?$/.exec(name.slice(stem.length + 1, name.length - extension.length));
    const timestamp = parts?.[1];
    if (timestamp === undefined) continue;
    found.set(name, { path: join(dirname(path), entry), name, timestamp, number: Number(parts?.[2] ?? 1) });
  }
  return [...found.values()].sort((a, b) => a.timestamp.localeCompare(b.timestamp) || a.number - b.number);
}

/** Gives the file a name of its own that sorts after all before it, also where the clock went back. Returns its new path. */
export function setAside(path: string, clock: Clock): string {
  const last = listRotated(path).at(-1);
  const now = makeTimestamp(clock.now());
  const timestamp = last && last.timestamp > now ? last.timestamp : now;
  const number = last?.timestamp === timestamp ? last.number + 1 : 1;
  const suffix = number === 1 ? "" : `_${String(number).padStart(3, "0")}`;
  const extension = extname(path);
  const target = `${path.slice(0, path.length - extension.length)}.${timestamp}${suffix}${extension}`;
  renameSync(path, target);
  return target;
}

/**
 * Compresses what is still plain (also what a killed process left so) and deletes what is older than it is kept. A plain file goes only after its compressed copy is
 * on the disk: a process killed in between loses nothing.
 */
export function tidyRotated(path: string, rotation: LogRotation, clock: Clock): void {
  const { keepDays = defaultKeepDays, compress = true } = rotation;
  const oldest = clock.now().getTime() - keepDays * dayMs;
  for (const file of listRotated(path)) {
    const plain = join(dirname(path), file.name);
    if (timeOf(file.timestamp) < oldest) {
      unlinkSync(file.path);
      if (file.path !== plain && existsSync(plain)) unlinkSync(plain);
    } else if (compress) compressFile(plain);
  }
}

function timeOf(timestamp: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/.exec(timestamp)?.map(Number) ?? [];
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function compressFile(path: string): void {
  if (!existsSync(path)) return;
  if (!existsSync(`${path}.gz`)) {
    const temporary = `${path}.gz.tmp`;
    const descriptor = openSync(temporary, "w");
    try {
      // Level 1: a third of the time of the default, and a log is still a tenth of its size.
      writeFully(descriptor, gzipSync(readFileSync(path), { level: 1 }));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, `${path}.gz`);
  }
  unlinkSync(path);
}
