import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { CallScope } from "@ccb/core";
import { attempt, type GatewayContext, reportProblem, type SentRequest } from "../_gateway-context.ts";
import type { RecordedEnd } from "./cassette.ts";

/** Follows one call to its end for the recorder. */
export interface ExchangeWatch {
  /** Follows the answer; has to be called before anybody else reads it, so that the end is recorded before it is passed on. */
  watch(answer: IncomingMessage, source: Readable): void;
  /** Resolves once the call is recorded; undefined where that is done, or has not begun. Never rejects. */
  kept(): Promise<void> | undefined;
}

const noWatch: ExchangeWatch = { watch: () => undefined, kept: () => undefined };

/** How a streamed answer ends; in a text of the answer the quotes are escaped. */
const lastEvent = Buffer.from('"message_stop"');

const lineFeed = 10;

/** Records a call once, at its first end: whole, broken off, left by the client, or without an answer. */
export function recordExchange(
  context: GatewayContext,
  call: { scope: CallScope; method: string; path: string; body: Buffer; sent: SentRequest; response: ServerResponse },
): ExchangeWatch {
  const { recorder } = context.options;
  if (!recorder) return noWatch;
  const at = context.clock.now().toISOString();
  const chunks: Buffer[] = [];
  let answered: IncomingMessage | undefined;
  let isOver = false;
  let keeping: Promise<void> | undefined;
  const finish = (end: RecordedEnd) => {
    if (isOver) return;
    isOver = true;
    const { scope, method, path, body: request } = call;
    const headers = Object.fromEntries(
      Object.entries(answered?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const answer = { status: answered?.statusCode, headers, body: Buffer.concat(chunks), end };
    keeping = attempt(() => recorder.record({ scope, at, method, path, request, ...answer }), onFailure);
  };
  const onFailure = (cause: unknown) => {
    const what = cause instanceof Error ? cause.message : String(cause);
    reportProblem(context, {
      cause,
      code: "io-failed",
      message: `A model call could not be recorded, so that the build cannot be replayed: ${what}.`,
      hint: "Check that the project directory is writable and the disk not full.",
    });
  };
  call.response.on("close", () => {
    if (!call.response.writableFinished) finish("left");
  });
  call.sent.request.on("error", () => finish(answered ? "cut" : "none"));
  return {
    kept: () => keeping,
    watch(answer, source) {
      answered = answer;
      const isStream = /^text\/event-stream/i.test(answer.headers["content-type"] ?? "");
      source.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (isStream && endsStream(chunks)) finish("whole");
      });
      source.on("end", () => finish("whole"));
      source.on("error", () => finish("cut"));
      source.on("close", () => finish("cut"));
    },
  };
}

/** The mark may lie across two chunks, but not where the first of them ends a line. */
function endsStream(chunks: readonly Buffer[]): boolean {
  const [last, before] = [chunks.at(-1), chunks.at(-2)];
  if (!last) return false;
  return (
    last.includes(lastEvent) ||
    (before !== undefined &&
      before.at(-1) !== lineFeed &&
      Buffer.concat([before.subarray(-20), last.subarray(0, 20)]).includes(lastEvent))
  );
}
