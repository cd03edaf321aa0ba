import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { type BuildEvent, type Clock, type Logger, type LogLevel, systemClock } from "@ccb/core";
import { openLineFile } from "./files/_line-file.ts";
import type { LogRotation } from "./files/_rotation.ts";
import { createJsonLinesLog } from "./files/create-json-lines-log.ts";
import type { LogRecord } from "./log-record.ts";
import { levelRank } from "./read/log-filter.ts";
import { createRedactor } from "./redact/create-redactor.ts";
import { createStreamRedactor } from "./redact/create-stream-redactor.ts";
import { levelOfEvent, renderLogLine } from "./render/_render-log-line.ts";

export interface LogFilesOptions {
  /** Made when it is missing; "logs" in a project directory. */
  directory: string;
  /** Least level of `claude_code_builder.log`; default "info". The other two files take everything. */
  level?: LogLevel | undefined;
  /** Blanks secrets in a text before it is written; `createRedactor()` unless given. */
  redact?: ((text: string) => string) | undefined;
  /** When a file is set aside and how long it is kept; default 1 MB, gzip, 30 days. */
  rotation?: LogRotation | undefined;
  clock?: Clock | undefined;
  /** Who writes, in the second column; default "ccb". Events are written as "build". */
  name?: string | undefined;
  /** Told of every record after it was written, secrets already blanked; for a console. Must not throw. */
  onRecord?: ((record: LogRecord) => void) | undefined;
}

export interface LogFiles extends Logger {
  /** Writes an event of the build. */
  event(event: BuildEvent): void;
  /**
   * A place for another program's output, which comes in pieces: each line becomes a record as soon as it is whole. Default level "debug"; `data` goes with every line, for
   * example `{ phase, task }`.
   */
  stream(name: string, level?: LogLevel, data?: Record<string, unknown>): OutputStream;
  /** Closes the files; what is written later throws. */
  close(): void;
}

/** Takes output as it comes. */
export interface OutputStream {
  write(piece: string | Uint8Array): void;
  /** Writes what was left without a line end. */
  end(): void;
}

/**
 * Opens the three log files of a build: `claude_code_builder.log` for people, `debug.log` with everything, `structured.jsonl` with one JSON
 * object a line (`at`, `level`, `name`, `message`, and `data` or `event`). Each line is redacted before and complete when the call returns. A file that
 * has grown is set aside as `<name>.<time>.<ending>.gz`.
 *
 * Throws what the file system throws when the directory or a file cannot be written.
 */
export function createLogFiles(options: LogFilesOptions): LogFiles {
  const { directory, level = "info", clock = systemClock, redact = createRedactor(), rotation = {} } = options;
  mkdirSync(directory, { recursive: true });
  const open = (name: string) => openLineFile({ path: join(directory, name), rotation, clock });
  const main = open("claude_code_builder.log");
  const debug = open("debug.log");
  const structured = createJsonLinesLog({ path: join(directory, "structured.jsonl"), redact, rotation, clock });

  const write = (record: LogRecord): void => {
    const json = structured.append(record);
    const line = redact(renderLogLine(record));
    debug.append(line);
    if (levelRank[record.level] >= levelRank[level]) main.append(line);
    options.onRecord?.(JSON.parse(json) as LogRecord);
  };

  return {
    log(recordLevel, message, data) {
      const at = clock.now().toISOString();
      const name = options.name ?? "ccb";
      write({ at, level: recordLevel, name, message, ...(data === undefined ? {} : { data }) });
    },
    event(event) {
      write({ at: event.at, level: levelOfEvent(event), name: "build", message: event.type, event });
    },
    stream(name, streamLevel = "debug", data) {
      return createOutputStream(redact, (message) =>
        write({
          at: clock.now().toISOString(),
          level: streamLevel,
          name,
          message,
          ...(data === undefined ? {} : { data }),
        }),
      );
    },
    close() {
      for (const file of [main, debug, structured]) file.close();
    },
  };
}

/** Bytes to lines: a character or a secret that is split over two pieces is put together first. */
function createOutputStream(redact: (text: string) => string, writeLine: (line: string) => void): OutputStream {
  const decoder = new StringDecoder("utf8");
  const redactor = createStreamRedactor({ redact });
  let rest = "";
  const take = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) writeLine(line.replace(/\r$/, ""));
  };
  return {
    write: (piece) => take(redactor.write(typeof piece === "string" ? piece : decoder.write(Buffer.from(piece)))),
    end() {
      take(redactor.write(decoder.end()) + redactor.end());
      if (rest !== "") writeLine(rest);
      rest = "";
    },
  };
}
