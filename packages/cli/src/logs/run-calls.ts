import { join } from "node:path";
import { CcbError } from "@ccb/core/errors";
import { type ListedCall, listApiCalls, readApiCall } from "@ccb/logging";
import { exitCodes } from "../exit-codes.ts";
import { findProject } from "../project/find-project.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import { formatCount, formatDuration } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { cutCommonLines, diffValues, type ValueDifference } from "./diff-values.ts";
import { renderCall } from "./render-call.ts";
import { showControls } from "./show-controls.ts";

export interface CallsFlags {
  phase?: string;
  task?: string;
  agent?: string;
  dir?: string;
  json?: boolean;
}

interface CallsCommand {
  flags: CallsFlags;
  terminal: Terminal;
}

/** `ccb logs calls list`: one model call a line. */
export async function runCallsList({ flags, terminal }: CallsCommand): Promise<number> {
  const calls = listApiCalls({ directory: logOf(flags, terminal) }).filter((call) =>
    (["phase", "task", "agent"] as const).every((field) => flags[field] === undefined || call[field] === flags[field]),
  );
  if (flags.json) terminal.stdout.write(`${JSON.stringify(calls, null, 2)}\n`);
  else for (const call of calls) terminal.stdout.write(`${renderLine(call)}\n`);
  return exitCodes.done;
}

/** `ccb logs calls show N`: one call with its request and answer in full. */
export async function runCallsShow(call: CallsCommand & { number: number }): Promise<number> {
  const { flags, terminal } = call;
  const { listed, whole } = findCall(logOf(flags, terminal), call.number);
  const text = flags.json ? JSON.stringify(whole, null, 2) : renderCall(whole, listed, painterOf(terminal));
  terminal.stdout.write(`${text}\n`);
  return exitCodes.done;
}

/** Fields that differ between any two calls and say nothing. */
const incidental = new Set(["timestamp", "call_id", "call_number"]);

/** `ccb logs calls diff A B`: what differs between two calls, field by field. */
export async function runCallsDiff(call: CallsCommand & { numbers: [number, number] }): Promise<number> {
  const { flags, terminal } = call;
  const directory = logOf(flags, terminal);
  const [before, after] = call.numbers.map((number) => findCall(directory, number).whole);
  const differences = diffValues(before, after).filter(({ path }) => !incidental.has(path));
  const paint = painterOf(terminal);
  if (flags.json) terminal.stdout.write(`${JSON.stringify(differences, null, 2)}\n`);
  else for (const difference of differences) terminal.stdout.write(`${renderDifference(difference, paint)}\n`);
  return exitCodes.done;
}

function logOf(flags: CallsFlags, terminal: Terminal): string {
  return join(findProject(flags.dir, terminal.cwd), "logs", "api_calls");
}

function findCall(directory: string, number: number): { listed: ListedCall; whole: Record<string, unknown> } {
  const calls = listApiCalls({ directory });
  const listed = calls[number - 1];
  const whole = listed && readApiCall({ directory, id: listed.id });
  if (listed && whole) return { listed, whole };
  throw new CcbError({
    code: "bad-input",
    message: `There is no call ${number}: the log has ${calls.length === 0 ? "none" : `1 to ${calls.length}`}.`,
    hint: "ccb logs calls list shows their numbers.",
  });
}

function renderLine(call: ListedCall): string {
  const cost = call.costUsd === undefined ? "?" : `$${call.costUsd.toFixed(4)}`;
  const place = [call.phase, call.task].filter((part) => part !== undefined).join("/");
  return [
    String(call.number).padStart(4),
    call.at.slice(11, 19),
    call.agent.padEnd(22),
    call.model.padEnd(18),
    `${formatCount(call.tokens)} tok`.padStart(14),
    cost.padStart(9),
    formatDuration(call.latencyMs).padStart(8),
    call.outcome.padEnd(8),
    place,
  ]
    .join("  ")
    .trimEnd();
}

function renderDifference({ path, before, after }: ValueDifference, paint: Painter): string {
  const title = paint.accent(path);
  if (typeof before === "string" && typeof after === "string" && `${before}${after}`.includes("\n")) {
    const cut = cutCommonLines(before, after);
    return [`${title} ${paint.dim(`from line ${cut.line}`)}`, ...marked(cut.before, cut.after, paint)].join("\n");
  }
  const show = (value: unknown) => (value === undefined ? [] : JSON.stringify(value, null, 2).split("\n"));
  return [title, ...marked(show(before), show(after), paint)].join("\n");
}

function marked(before: string[], after: string[], paint: Painter): string[] {
  return [
    ...before.map((line) => paint.bad(`- ${showControls(line)}`)),
    ...after.map((line) => paint.good(`+ ${showControls(line)}`)),
  ];
}

function painterOf({ stdout }: Terminal): Painter {
  return createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
}
