import type { BuildEvent, LogLevel } from "@ccb/core";
import type { LogRecord } from "../log-record.ts";
import { toJson } from "./_to-json.ts";

/** `time | name | LEVEL | message key=value`, always one line. */
export function renderLogLine(record: LogRecord): string {
  const fields = record.event ? eventFields(record.event) : Object.entries(record.data ?? {});
  const pairs = fields
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${renderValue(value)}`);
  return `${record.at} | ${record.name} | ${record.level.toUpperCase()} | ${oneLine(record.message)}${pairs.join("")}`;
}

/** How much an event matters to someone who reads the main log. */
export function levelOfEvent(event: BuildEvent): LogLevel {
  switch (event.type) {
    case "warning":
    case "call-refused":
    case "mcp-unavailable":
    case "mcp-violated":
    case "merge-refused":
    case "alert-raised":
      return "warn";
    case "task-end":
      return event.outcome === "failed" ? "error" : "info";
    case "production-judged":
      return event.outcome === "ready" ? "info" : "warn";
    case "gate-judged":
      return event.outcome === "clean" ? "info" : "warn";
    case "criterion-checked":
      return event.passed ? "info" : "warn";
    case "phase-end":
      return event.passed ? "info" : "error";
    case "build-end":
      return event.outcome === "done" || event.outcome === "planned" ? "info" : "error";
    case "progress":
    case "task-progress":
    case "mcp-used":
      return "debug";
    default:
      return "info";
  }
}

function eventFields(event: BuildEvent): [string, unknown][] {
  const { type: _type, at: _at, ...fields } = event;
  return Object.entries(fields);
}

function renderValue(value: unknown): string {
  if (typeof value !== "string") return typeof value === "object" && value !== null ? toJson(value) : String(value);
  return /^[^\s"=|]+$/.test(value) && !hasControl(value) ? value : JSON.stringify(value);
}

/** Line ends and control characters as escapes: a message must not be able to forge a line or paint the terminal. */
function oneLine(text: string): string {
  return hasControl(text) ? JSON.stringify(text).slice(1, -1) : text;
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 127 || code === 0x2028 || code === 0x2029) return true;
  }
  return false;
}
