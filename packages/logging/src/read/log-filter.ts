import type { LogLevel } from "@ccb/core";
import type { LogRecord } from "../log-record.ts";

/** Which records; a field left out does not restrict. */
export interface LogFilter {
  phase?: string | undefined;
  task?: string | undefined;
  /** Who a model call belongs to, or who wrote the record. */
  agent?: string | undefined;
  /** This level and those above it. */
  level?: LogLevel | undefined;
}

export const levelRank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** True for a record that the filter asks for. Pure. */
export function matchesFilter(record: LogRecord, filter: LogFilter): boolean {
  if (filter.level !== undefined && levelRank[record.level] < levelRank[filter.level]) return false;
  const place = placeOf(record);
  return (["phase", "task", "agent"] as const).every(
    (field) => filter[field] === undefined || filter[field] === place[field],
  );
}

function placeOf(record: LogRecord): { phase: unknown; task: unknown; agent: unknown } {
  const fields: Record<string, unknown> = { ...record.data, ...record.event };
  const scope = typeof fields.scope === "object" && fields.scope !== null ? fields.scope : {};
  const { phase, task, agent = record.name } = { ...fields, ...scope } as Record<string, unknown>;
  return { phase, task, agent };
}
