import type Anthropic from "@anthropic-ai/sdk";
import { parseAnthropicUsage, type Usage } from "@ccb/core";
import type { CallFailure } from "./_explain-failure.ts";
import { createWatchedFetch } from "./_watch-fetch.ts";

/** What came back of one call, whole or in part. */
export interface StreamedAnswer {
  text: string;
  model: string;
  stopReason: string | undefined;
  usage: Usage;
  failure: CallFailure | undefined;
}

export interface StreamAnswerOptions {
  params: Omit<Anthropic.MessageCreateParamsStreaming, "stream">;
  baseUrl: string;
  apiKey: string | undefined;
  fetch: typeof globalThis.fetch;
  idleTimeoutMs: number;
  signal: AbortSignal | undefined;
  /** Told of every event of the stream; a repeated call begins with `message_start` again. */
  onEvent?: (event: Anthropic.RawMessageStreamEvent) => void;
}

/**
 * Makes one call, streamed, without any retry of the SDK (its waits cannot be aborted). Every failure of the call is a value with the usage
 * known so far; rejects with the signal's reason when aborted.
 */
export async function streamAnswer(options: StreamAnswerOptions): Promise<StreamedAnswer> {
  options.signal?.throwIfAborted();
  const stall = new AbortController();
  const watched = createWatchedFetch({
    fetch: options.fetch,
    idleMs: options.idleTimeoutMs,
    onIdle: () => stall.abort(),
  });
  const signal = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal;
  const answer: StreamedAnswer = {
    text: "",
    model: options.params.model,
    stopReason: undefined,
    usage: parseAnthropicUsage(undefined),
    failure: undefined,
  };
  const sdk = await import("@anthropic-ai/sdk");
  const client = createClient(sdk, { ...options, fetch: watched.fetch });
  let isOpen = false;
  let isWhole = false;
  try {
    const events = await client.messages.create({ ...options.params, stream: true }, { signal });
    isOpen = true;
    await readEvents(events, {
      answer,
      onEvent: options.onEvent,
      onEnd: () => {
        isWhole = true;
      },
    });
    if (!isWhole) answer.failure = fail("cut", "The stream ended without its closing event.");
  } catch (error) {
    answer.failure = readFailure(error, sdk, isOpen);
  } finally {
    watched.stop();
  }
  options.signal?.throwIfAborted();
  // What comes after the closing event (nothing, or a connection left open) does not matter any more.
  if (isWhole) answer.failure = undefined;
  else if (stall.signal.aborted) answer.failure = fail("stalled", `No byte for ${options.idleTimeoutMs} ms.`);
  return answer;
}

function createClient(
  sdk: typeof import("@anthropic-ai/sdk"),
  options: Pick<StreamAnswerOptions, "baseUrl" | "apiKey" | "fetch">,
): Anthropic {
  return new sdk.default({
    baseURL: options.baseUrl,
    // An empty key keeps the SDK from looking for one in the environment or in files; the header is then left out.
    apiKey: options.apiKey ?? "",
    ...(options.apiKey ? {} : { defaultHeaders: { authorization: null } }),
    fetch: options.fetch,
    maxRetries: 0,
    timeout: 3_600_000,
    logLevel: "off",
    openTelemetry: false,
  });
}

/** Gathers text and usage to the end of the stream: leaving it earlier would look like a broken client to the server. */
async function readEvents(
  events: AsyncIterable<Anthropic.RawMessageStreamEvent>,
  reading: { answer: StreamedAnswer; onEnd: () => void; onEvent: StreamAnswerOptions["onEvent"] | undefined },
): Promise<void> {
  const { answer, onEnd, onEvent } = reading;
  let usage: Record<string, unknown> = {};
  const addUsage = (more: object) => {
    usage = { ...usage, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== null)) };
    answer.usage = parseAnthropicUsage(usage);
  };
  for await (const event of events) {
    onEvent?.(event);
    if (event.type === "message_start") {
      answer.model = event.message.model;
      addUsage(event.message.usage);
    } else if (event.type === "content_block_start" && event.content_block.type === "text") {
      answer.text += event.content_block.text;
    } else if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      answer.text += event.delta.text;
    } else if (event.type === "message_delta") {
      answer.stopReason = event.delta.stop_reason ?? answer.stopReason;
      addUsage(event.usage);
    } else if (event.type === "message_stop") {
      onEnd();
    }
  }
}

function readFailure(error: unknown, sdk: typeof import("@anthropic-ai/sdk"), isOpen: boolean): CallFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof sdk.APIConnectionError) return { ...fail("connection", describeCause(error)), cause: error };
  if (error instanceof sdk.APIError) {
    const headers = error.headers;
    const type = error.type ?? undefined;
    const text = error.apiMessage ?? message;
    if (error.status === undefined) return { ...fail("stream-error", text), type, cause: error };
    const should = headers?.get("x-should-retry");
    return {
      ...fail("status", text),
      status: error.status,
      type,
      retryAfterMs: readRetryAfter(headers),
      shouldRetry: should === "true" ? true : should === "false" ? false : undefined,
      cause: error,
    };
  }
  return { ...fail(isOpen ? "cut" : "connection", message), cause: error };
}

function fail(kind: CallFailure["kind"], message: string): CallFailure {
  const none = {
    status: undefined,
    type: undefined,
    retryAfterMs: undefined,
    shouldRetry: undefined,
    cause: undefined,
  };
  return { kind, message, ...none };
}

function describeCause(error: Error): string {
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error && parts.length < 4; at = at.cause) parts.push(at.message);
  return [...new Set(parts)].join(": ");
}

function readRetryAfter(headers: Headers | undefined): number | undefined {
  const milliseconds = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  const value = headers?.get("retry-after");
  if (value === null || value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
