import { createHash } from "node:crypto";
import type { ToolUse } from "@ccb/core";

export interface StuckLimits {
  /** Calls of the longest cycle that is looked for. */
  longestCycle: number;
  /** How often a call, or a cycle of calls, may come in a row with the same results before the session counts as stuck. */
  repeats: number;
}

/** Three identical calls with identical results, or a cycle of up to four calls three times. */
const defaultStuckLimits: Readonly<StuckLimits> = Object.freeze({ longestCycle: 4, repeats: 3 });

/** Watches the tool calls of one session. */
export interface StuckWatch {
  /** A reason once the session repeats itself; call it with each tool call that ended, in order. */
  onToolUse(use: ToolUse): string | undefined;
}

/** An answer of this many bytes may have been cut (see `ToolUse.response`), so that two of them need not be the same. */
const uncutBytes = 8 * 1024 - 4;

interface SeenCall {
  /** What was called and what came of it; unlike any other where that cannot be told. */
  key: string;
  /** For people. */
  label: string;
}

/** Starts watching a session. Polling is no repetition while its result changes. */
export function createStuckWatch(limits: StuckLimits = defaultStuckLimits): StuckWatch {
  const kept = limits.longestCycle * limits.repeats;
  let calls: readonly SeenCall[] = [];
  let count = 0;
  return {
    onToolUse(use) {
      count += 1;
      calls = [...calls, describeCall(use, count)].slice(-kept);
      const cycle = findCycle(calls, limits);
      return cycle && renderReason(cycle, limits.repeats);
    },
  };
}

/** The shortest cycle that the calls end with, as often as it takes; undefined when there is none. Pure. */
function findCycle(calls: readonly SeenCall[], limits: StuckLimits): readonly SeenCall[] | undefined {
  for (let length = 1; length <= limits.longestCycle; length++) {
    const needed = length * limits.repeats;
    if (calls.length < needed) return undefined;
    const tail = calls.slice(-needed);
    if (tail.every(({ key }, index) => key === tail[index % length]?.key)) return tail.slice(0, length);
  }
  return undefined;
}

function describeCall({ name, input, succeeded, response }: ToolUse, count: number): SeenCall {
  const label = `${name} ${renderInput(input)}`.trim();
  const isCut = Buffer.byteLength(response, "utf8") >= uncutBytes;
  const key = JSON.stringify([name, input, succeeded, isCut ? count : response], sortKeys);
  return { key: createHash("sha256").update(key).digest("base64"), label };
}

function renderReason(cycle: readonly SeenCall[], repeats: number): string {
  const labels = cycle.map(({ label }) => `"${label}"`);
  return cycle.length === 1
    ? `The session made the same call ${repeats} times in a row with the same result: ${labels[0]}.`
    : `The session went through the same ${cycle.length} calls ${repeats} times in a row with the same results: ${labels.join(", ")}.`;
}

/** The field that says what a call is about, shortened; the order is that of usefulness. */
function renderInput(input: unknown): string {
  const fields: Record<string, unknown> = typeof input === "object" && input !== null ? { ...input } : {};
  const subject = fields.command ?? fields.file_path ?? fields.path ?? fields.pattern ?? fields.query;
  const text = (typeof subject === "string" ? subject : JSON.stringify(input ?? "")).replaceAll(/\s+/g, " ").trim();
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
  );
}
