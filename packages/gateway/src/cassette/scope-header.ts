import type { CallScope } from "@ccb/core";
import type { RecordedScope } from "./cassette.ts";

/** Tells a replay server whom a call belongs to. */
export const scopeHeader = "x-ccb-scope";

/** What is recorded of a scope. */
export function toRecordedScope({ agent, phase, task, caller }: CallScope): RecordedScope {
  return {
    agent,
    ...(phase === undefined ? {} : { phase }),
    ...(task === undefined ? {} : { task }),
    ...(caller === undefined ? {} : { caller }),
  };
}

export function renderScopeHeader(scope: CallScope): string {
  return encodeURIComponent(JSON.stringify(toRecordedScope(scope)));
}

/** The scope in a header; a call without one belongs to nobody that is known. */
export function parseScopeHeader(value: string | string[] | undefined): RecordedScope {
  const unknown = { agent: "unknown" };
  if (typeof value !== "string") return unknown;
  try {
    const parsed: unknown = JSON.parse(decodeURIComponent(value));
    const isScope = typeof parsed === "object" && parsed !== null && "agent" in parsed;
    return isScope && typeof parsed.agent === "string" ? (parsed as RecordedScope) : unknown;
  } catch {
    return unknown;
  }
}
