import type { BuildEvent, LogLevel } from "@ccb/core";

/** One line of the log. */
export interface LogRecord {
  /** ISO 8601. */
  at: string;
  level: LogLevel;
  /** Who wrote it. */
  name: string;
  message: string;
  data?: Record<string, unknown>;
  event?: BuildEvent;
}
