import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type BuildEvent, type Clock, type Logger, type LogLevel, systemClock } from "@ccb/core";
import { openLineFile } from "./_line-file.ts";
import type { LogRecord } from "./log-record.ts";
import { toRedactedJson } from "./redact/_to-redacted-json.ts";
import { createRedactor } from "./redact/create-redactor.ts";
import { levelOfEvent, renderLogLine } from "./render/_render-log-line.ts";

export interface LogFilesOptions {
  /** Made when it is missing; "logs" in a project directory. */
  directory: string;
  /** Least level of `claude_code_builder.log`; default "info". The other two files take everything. */
  level?: LogLevel | undefined;
  /** Blanks secrets in a text before it is written; `createRedactor()` unless given. */
  redact?: ((text: string) => string) | undefined;
  clock?: Clock | undefined;
  /** Who writes, in the second column; default "ccb". Events are written as "build". */
  name?: string | undefined;
  /** Told of every record after it was written, secrets already blanked; for a console. Must not throw. */
  onRecord?: ((record: LogRecord) => void) | undefined;
}

export interface LogFiles extends Logger {
  /** Writes an event of the build. */
  event(event: BuildEvent): void;
  /** Closes the files; what is written later throws. */
  close(): void;
}

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Opens the three log files of a build: `claude_code_builder.log` for people, `debug.log` with everything, `structured.jsonl` with one JSON
 * object a line (`at`, `level`, `name`, `message`, and `data` or `event`). Each line is redacted before and complete when the call returns.
 *
 * Throws what the file system throws when the directory or a file cannot be written.
 */
export function createLogFiles(options: LogFilesOptions): LogFiles {
  const { directory, level = "info", clock = systemClock, redact = createRedactor() } = options;
  mkdirSync(directory, { recursive: true });
  const main = openLineFile(join(directory, "claude_code_builder.log"));
  const debug = openLineFile(join(directory, "debug.log"));
  const structured = openLineFile(join(directory, "structured.jsonl"));

  const write = (record: LogRecord): void => {
    const json = toRedactedJson(record, redact);
    structured.append(json);
    const line = redact(renderLogLine(record));
    debug.append(line);
    if (rank[record.level] >= rank[level]) main.append(line);
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
    close() {
      for (const file of [main, debug, structured]) file.close();
    },
  };
}
