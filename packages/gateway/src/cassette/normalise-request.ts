import { replaceTexts, type TextReplacement } from "./replace-texts.ts";

/**
 * What may differ between two runs of the same build and means nothing. Each rule replaces what it finds by its name; they hold only where a machine wrote the text: in
 * results of tools, in what Claude Code attaches by itself, and in evidence of checks. A specification or a prompt is compared as it is.
 */
const volatileRules: readonly { name: string; pattern: RegExp }[] = [
  { name: "time", pattern: /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?/g },
  {
    name: "time",
    pattern:
      /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (\d{1,2} [A-Z][a-z]{2} \d{4}|[A-Z][a-z]{2} +\d{1,2}) \d\d:\d\d:\d\d( [A-Z]{3,4}\b)?( \d{4}\b)?( [+-]\d{4})?/g,
  },
  {
    name: "time",
    pattern: /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} {1,2}(\d\d:\d\d|\d{4})\b/g,
  },
  { name: "date", pattern: /\b20\d\d-\d\d-\d\d\b/g },
  { name: "time", pattern: /\b\d\d:\d\d:\d\d(\.\d+)?\b/g },
  { name: "uuid", pattern: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi },
  { name: "duration", pattern: /\bduration_ms:? \d+(\.\d+)?/g },
  { name: "duration", pattern: /\b\d+(\.\d+)? ?(ms|s|µs|μs|us|ns|sec|seconds?|milliseconds?|minutes?)\b/g },
  { name: "hash", pattern: /\b[0-9a-f]{7,64}\b/g },
  { name: "port", pattern: /(?<=\b(127\.0\.0\.1|localhost|\[::1\]):)\d{4,5}\b/g },
  { name: "pid", pattern: /(?<=\bpid[ =:]{1,2})\d+\b/gi },
  { name: "machine", pattern: /(?<= - (Platform|Shell|OS Version): ).*/g },
];

/** Parts of a text that a machine wrote, where the rest of it was not. */
const machineParts = [
  /<system-reminder>[\s\S]*?<\/system-reminder>/g,
  /<evidence>[\s\S]*?<\/evidence>/g,
  /<acceptance-criteria>[\s\S]*?<\/acceptance-criteria>/g,
  /^# Environment\n[\s\S]*/g,
];

/** What a tool is said to have given whose session was cut under it. */
const interrupted = /^\[Tool call interrupted/;

type Fields = Record<string, unknown>;

export interface NormaliseOptions {
  /** Paths of the project directory and other words of one run, with what stands for them. */
  replacements: readonly TextReplacement[];
  /** Blanks secrets, as it was done before the recording was written. */
  redact?: ((text: string) => string) | undefined;
  /** Ids of tool calls whose results are not compared, because a cut took one of them. */
  maskedTools?: ReadonlySet<string> | undefined;
}

/**
 * The request of a model call as it is compared between two runs. Left out: `metadata` (ids of device and session) and Claude Code's billing line. Replaced: the project
 * directory everywhere, {@link volatileRules} where a machine wrote the text. Put in order: results of tools that ran side by side.
 */
export function normaliseRequest(request: unknown, options: NormaliseOptions): unknown {
  const { metadata: _, ...rest } = asFields(request);
  const isSession = metadataOf(request) !== undefined;
  return normaliseValue(rest, { ...options, isMachine: false, isSession });
}

interface Place extends NormaliseOptions {
  /** Inside of what a tool gave. */
  isMachine: boolean;
  isSession: boolean;
}

function normaliseValue(value: unknown, place: Place): unknown {
  if (typeof value === "string") return normaliseText(value, place);
  if (Array.isArray(value)) return inOrderOfCalls(value.map((item) => normaliseValue(item, place)));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Fields;
  if (fields.type === "tool_result") {
    const id = String(fields.tool_use_id);
    const isMasked = place.maskedTools?.has(id) ?? false;
    const content = isMasked
      ? "<not compared: its session was cut>"
      : normaliseValue(fields.content, { ...place, isMachine: true });
    return {
      type: "tool_result",
      tool_use_id: id,
      ...(fields.is_error && !isMasked ? { is_error: true } : {}),
      content,
    };
  }
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, normaliseValue(field, place)]));
}

/** Tools that run side by side answer in any order; their results are compared in the order of their ids. What stands between them stays where it is. */
function inOrderOfCalls(blocks: unknown[]): unknown[] {
  const idOf = (block: unknown) => String(asFields(block).tool_use_id);
  const isResult = (block: unknown) => asFields(block).type === "tool_result";
  const results = blocks.filter(isResult).sort((left, right) => (idOf(left) < idOf(right) ? -1 : 1));
  return results.length < 2 ? blocks : blocks.map((block) => (isResult(block) ? results.shift() : block));
}

function normaliseText(text: string, place: Place): string {
  if (place.isSession && text.startsWith("x-anthropic-billing-header:")) return "<billing header>";
  const plain = replaceTexts(place.redact?.(text) ?? text, place.replacements);
  if (place.isMachine) return withoutVolatile(plain);
  return machineParts.reduce((whole, part) => whole.replace(part, withoutVolatile), plain);
}

function withoutVolatile(text: string): string {
  return volatileRules.reduce((whole, { name, pattern }) => whole.replace(pattern, `<${name}>`), text);
}

/** Ids of the tool calls whose results a request holds. */
export function listToolResults(request: unknown): string[] {
  return resultsByMessage(request).flatMap((results) => results.map(({ tool_use_id }) => String(tool_use_id)));
}

/** Ids of the tool calls that a request says were interrupted, and of those that were answered together with them. */
export function listInterruptedTools(request: unknown): string[] {
  return resultsByMessage(request).flatMap((results) => {
    const isCut = results.some((result) => interrupted.test(textOf(result.content)));
    return isCut ? results.map(({ tool_use_id }) => String(tool_use_id)) : [];
  });
}

function resultsByMessage(request: unknown): Fields[][] {
  const messages = asFields(request).messages;
  if (!Array.isArray(messages)) return [];
  return messages.map((message: unknown) => {
    const { content } = asFields(message);
    return Array.isArray(content) ? content.map(asFields).filter(({ type }) => type === "tool_result") : [];
  });
}

/** The id of the Claude Code session that made a call; undefined for a call that none made. */
export function sessionOf(request: unknown): string | undefined {
  const id = metadataOf(request);
  return /"session_id":"([0-9a-f-]{36})"/.exec(id ?? "")?.[1];
}

function metadataOf(request: unknown): string | undefined {
  const { user_id } = asFields(asFields(request).metadata);
  return typeof user_id === "string" ? user_id : undefined;
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((block) => String(asFields(block).text ?? "")).join("\n") : "";
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}
