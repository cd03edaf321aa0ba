import { createSseParser } from "./_parse-sse.ts";

type Fields = Record<string, unknown>;

/** Blocks of one answer; a larger index is a broken one and must not make an array of that length. */
const mostBlocks = 10_000;

/** What is known of a streamed answer so far. */
export interface StreamedAnswer {
  /** The message, put together from the events; undefined before `message_start`. */
  message: Fields | undefined;
  /** Merged `usage` of `message_start` and every `message_delta`; undefined before the first. */
  usage: Fields | undefined;
  /** True once `message_stop` came. */
  isComplete: boolean;
  /** The data of an `error` event. */
  error: unknown;
}

/** Puts a streamed answer of the Messages API together while its bytes pass by. Unknown events are left out, broken ones ignored. */
export function createMessageAssembler(): { answer: StreamedAnswer; push(chunk: Uint8Array): void } {
  const answer: StreamedAnswer = {
    message: undefined,
    usage: undefined,
    isComplete: false,
    error: undefined,
  };
  const partialInputs = new Map<number, string>();
  const parser = createSseParser(({ data }) => {
    if (takeTextDelta(answer, data)) return;
    const event = parseFields(data);
    if (event) takeEvent(answer, event, partialInputs);
  });
  return { answer, push: (chunk) => parser.push(chunk) };
}

function takeEvent(answer: StreamedAnswer, event: Fields, partialInputs: Map<number, string>): void {
  const index = typeof event.index === "number" ? event.index : 0;
  if (index < 0 || index > mostBlocks) return;
  switch (event.type) {
    case "message_start": {
      const message = asFields(event.message);
      answer.message = { ...message, content: [] };
      answer.usage = mergeUsage(answer.usage, message.usage);
      break;
    }
    case "content_block_start": {
      const block = { ...asFields(event.content_block) };
      contentOf(answer)[index] = block;
      break;
    }
    case "content_block_delta":
      takeDelta({
        block: asFields(contentOf(answer)[index]),
        index,
        partialInputs,
        delta: asFields(event.delta),
      });
      break;
    case "content_block_stop":
      closeToolInput(asFields(contentOf(answer)[index]), partialInputs.get(index));
      break;
    case "message_delta":
      if (answer.message) Object.assign(answer.message, asFields(event.delta));
      answer.usage = mergeUsage(answer.usage, event.usage);
      break;
    case "message_stop":
      answer.isComplete = true;
      break;
    case "error":
      answer.error = event;
      break;
  }
  if (answer.message && answer.usage) answer.message.usage = answer.usage;
}

const deltaStart = '{"type":"content_block_delta","index":';
const textStart = ',"delta":{"type":"text_delta","text":"';
const textEnd = '"}}';

/**
 * Takes in the event that nearly all of a stream consists of, in the form that Anthropic writes it, without parsing it. False for any other form, and for a text with escapes: those are
 * parsed.
 */
function takeTextDelta(answer: StreamedAnswer, data: string): boolean {
  if (!data.startsWith(deltaStart) || !data.endsWith(textEnd)) return false;
  const at = data.indexOf(textStart, deltaStart.length);
  if (at < 0 || at > deltaStart.length + 5) return false;
  const digits = data.slice(deltaStart.length, at);
  const text = data.slice(at + textStart.length, -textEnd.length);
  if (!/^(?:0|[1-9]\d{0,3})$/.test(digits) || needsParsing.test(text)) return false;
  const block = asFields(contentOf(answer)[Number(digits)]);
  block.text = `${typeof block.text === "string" ? block.text : ""}${text}`;
  return true;
}

/** An escape, the end of the text, or a control character, most of which JSON does not allow in one. */
const needsParsing = /[\\"\p{Cc}]/u;

function takeDelta(step: { block: Fields; index: number; delta: Fields; partialInputs: Map<number, string> }): void {
  const { block, delta, partialInputs, index } = step;
  for (const field of ["text", "thinking", "signature"]) {
    const piece = delta[field];
    if (typeof piece !== "string") continue;
    block[field] = `${typeof block[field] === "string" ? block[field] : ""}${piece}`;
  }
  if (typeof delta.partial_json === "string") {
    partialInputs.set(index, (partialInputs.get(index) ?? "") + delta.partial_json);
    // Kept as text until the block is closed, so that the log shows what came of a stream that was cut.
    block.input = partialInputs.get(index);
  }
  if (delta.citation !== undefined) {
    block.citations = [...(Array.isArray(block.citations) ? block.citations : []), delta.citation];
  }
}

/** Tool input that is not valid JSON stays the text that came. */
function closeToolInput(block: Fields, json: string | undefined): void {
  if (json === undefined) return;
  block.input = json === "" ? {} : (parseFields(json) ?? json);
}

/**
 * Counts are cumulative, so the last one is true. A zero after a count is none, except for output: some servers send the prompt's counts in
 * one of the two events only.
 */
function mergeUsage(left: Fields | undefined, right: unknown): Fields | undefined {
  if (typeof right !== "object" || right === null) return left;
  const merged: Fields = { ...left };
  for (const [name, value] of Object.entries(right)) {
    const before = merged[name];
    if (value === null || (value === 0 && typeof before === "number" && name !== "output_tokens")) continue;
    merged[name] = typeof value === "object" && !Array.isArray(value) ? mergeUsage(asFields(before), value) : value;
  }
  return merged;
}

function contentOf(answer: StreamedAnswer): unknown[] {
  answer.message ??= { content: [] };
  if (!Array.isArray(answer.message.content)) answer.message.content = [];
  return answer.message.content as unknown[];
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** The object in a JSON text, or undefined where it is broken or no object: an answer must never be able to stop the gateway. */
function parseFields(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
