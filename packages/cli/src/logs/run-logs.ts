import { join } from "node:path";
import type { LogLevel } from "@ccb/core";
import { followLogRecords, type LogFilter, type LogRecord, readLogRecords } from "@ccb/logging";
import { exitCodes } from "../exit-codes.ts";
import { findProject } from "../project/find-project.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import type { Terminal } from "../terminal.ts";
import { showControls } from "./show-controls.ts";

export interface LogsFlags {
  phase?: string;
  task?: string;
  agent?: string;
  level?: LogLevel;
  tail?: number;
  follow?: boolean;
  json?: boolean;
}

/** `ccb logs`: the records of the log, filtered; with `--follow` also those to come, until Ctrl-C. */
export async function runLogs(call: {
  directory: string | undefined;
  flags: LogsFlags;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const directory = join(findProject(call.directory, terminal.cwd), "logs");
  const { phase, task, agent, level } = flags;
  const filter: LogFilter = { phase, task, agent, level };
  const print = createPrinter(terminal, flags.json === true);
  if (!flags.follow) {
    const records = readLogRecords({ directory, filter });
    for (const record of flags.tail === undefined ? records : lastOf(records, flags.tail)) print(record);
    return exitCodes.done;
  }
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const last = flags.tail ?? Number.POSITIVE_INFINITY;
    for await (const record of followLogRecords({ directory, filter, last, signal: abort.signal })) print(record);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
  return exitCodes.done;
}

function lastOf(records: Iterable<LogRecord>, count: number): LogRecord[] {
  const last: LogRecord[] = [];
  for (const record of records) {
    last.push(record);
    if (last.length > count) last.shift();
  }
  return last;
}

function createPrinter({ stdout }: Terminal, json: boolean): (record: LogRecord) => void {
  if (json) return (record) => void stdout.write(`${JSON.stringify(record)}\n`);
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  return (record) => void stdout.write(`${renderRecord(record, paint)}\n`);
}

function renderRecord(record: LogRecord, paint: Painter): string {
  const fieldsOfEvent: Record<string, unknown> = { ...record.event };
  const { type: _type, at: _at, sequence: _sequence, message: said, ...event } = fieldsOfEvent;
  const fields = Object.entries({ ...record.data, ...event }).flatMap(([name, value]) => renderField(name, value));
  const colors: Record<LogLevel, (text: string) => string> = {
    debug: paint.dim,
    info: paint.good,
    warn: paint.warn,
    error: paint.bad,
  };
  const level = colors[record.level](record.level.padEnd(5));
  const text = typeof said !== "string" ? record.message : `${record.message}: ${said}`;
  return `${paint.dim(record.at.slice(11, 19))} ${level} ${showControls(text)}${paint.dim(fields.join(""))}`;
}

/** ` name=value`; the fields of a scope and of a usage stand for themselves, without what is nothing. */
function renderField(name: string, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if ((name === "scope" || name === "usage") && typeof value === "object") {
    const inner = Object.entries(value).filter(([field, part]) => field !== "build" && part !== 0);
    return inner.flatMap(([field, part]) => renderField(field, part));
  }
  const text = typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return [` ${name}=${showControls(text)}`];
}
