import { noUsage } from "@ccb/core";
import { anthropicErrorBody, sendError } from "./_anthropic-error.ts";
import { logCall, runAfter, type UpstreamServer } from "./_gateway-context.ts";
import type { Exchange } from "./_handle-messages.ts";
import { decodeAnswer } from "./answer/_decode-answer.ts";
import { recordExchange } from "./cassette/_record-exchange.ts";
import { filterResponseHeaders } from "./forward/_filter-headers.ts";
import { passChunks } from "./forward/_pass-chunks.ts";

/** Bytes of an answer that the call log keeps; file downloads may be of any size. */
const loggedBytes = 1024 * 1024;

/** How an exchange ended, with what of the answer was kept. */
interface PassedEnd {
  outcome: "answered" | "failed" | "cut" | "unknown";
  status: number | undefined;
  body: unknown;
}

/** Forwards what costs nothing by itself (token counts, model lists, files, the results of batches) unchanged, and logs it. */
export function handlePassThrough(
  exchange: Exchange & { upstream?: UpstreamServer },
  onEnd?: (end: PassedEnd) => void,
): void {
  const { response } = exchange;
  const upstream = exchange.upstream ?? exchange.context.chooseUpstream(countedModel(exchange));
  const { method = "GET", rawHeaders } = exchange.request;
  const log = createLogEntry(exchange, onEnd);
  const results = readBatchResults(exchange);
  const { path, body: request, scope, context } = exchange;
  const sent = upstream.send({ method, path, rawHeaders, body: request, scope });
  const recording = recordExchange(context, { scope, method, path, body: request, sent, response });

  sent.request.on("response", (answer) => {
    const status = answer.statusCode ?? 502;
    const { source, isDecoded } = decodeAnswer(answer);
    recording.watch(answer, source);
    const kept: Buffer[] = [];
    let bytes = 0;
    const body = () => readLogged(Buffer.concat(kept), bytes);
    response.writeHead(
      status,
      answer.statusMessage,
      filterResponseHeaders(answer.rawHeaders, { isRewritten: isDecoded }),
    );
    const chunks = passChunks(source, response);
    source.on("data", (chunk: Buffer) => {
      log.countChunk();
      if (status < 300) results?.push(chunk);
      if (bytes < loggedBytes) kept.push(chunk.subarray(0, loggedBytes - bytes));
      bytes += chunk.length;
      chunks.pass(chunk);
    });
    source.on("end", () => {
      results?.end();
      chunks.flush();
      log.finish(status < 300 ? "answered" : "failed", status, body());
      runAfter(context, recording.kept(), () => response.end());
    });
    const breakOff = () => {
      if (source.readableEnded) return;
      log.finish("cut", status, body());
      response.destroy();
    };
    source.on("error", breakOff);
    source.on("close", breakOff);
  });

  sent.request.on("error", (error: NodeJS.ErrnoException) => {
    const failure = {
      type: "api_error",
      message: `CCB gateway: no answer from ${upstream.host} (${error.code ?? error.message}).`,
    } as const;
    sendError(response, failure);
    log.finish(sent.wasSent() ? "unknown" : "failed", undefined, anthropicErrorBody(failure));
  });
  response.on("close", () => {
    if (!response.writableFinished) sent.request.destroy();
    log.finish("unknown", undefined, undefined);
  });
}

/** Logs the exchange once, at its first end. */
function createLogEntry(exchange: Exchange, onEnd: ((end: PassedEnd) => void) | undefined) {
  const { context, endpoint, request } = exchange;
  const requestBody = readLogged(exchange.body.subarray(0, loggedBytes), exchange.body.length);
  const body = typeof requestBody === "object" && requestBody !== null ? (requestBody as Record<string, unknown>) : {};
  const scope = context.callers.attribute(exchange.scope, { headers: request.headers, body });
  const callNumber = context.nextCallNumber();
  const at = context.clock.now().toISOString();
  const startedMs = context.clock.monotonicMs();
  let firstByteMs: number | undefined;
  let streamChunks = 0;
  let isFinished = false;
  return {
    countChunk() {
      firstByteMs ??= context.clock.monotonicMs() - startedMs;
      streamChunks += 1;
    },
    finish(outcome: "answered" | "failed" | "cut" | "unknown", status: number | undefined, responseBody: unknown) {
      if (isFinished) return;
      isFinished = true;
      onEnd?.({ outcome, status, body: responseBody });
      const latencyMs = context.clock.monotonicMs() - startedMs;
      const isFree = endpoint.endsWith("/count_tokens") || request.method === "GET" || request.method === "HEAD";
      logCall(context, {
        callNumber,
        at,
        endpoint,
        scope,
        model: modelOf(requestBody),
        requestBody,
        responseBody,
        status,
        outcome,
        usage: noUsage,
        costMicroUsd: isFree ? 0 : undefined,
        latencyMs,
        firstByteMs,
        streamChunks,
      });
    },
  };
}

/** JSON as the value it stands for, other text as text, binary or cut bodies by their size. */
function readLogged(kept: Buffer, bytes: number): unknown {
  if (bytes === 0) return undefined;
  if (kept.length < bytes || kept.includes(0)) return { bytes };
  const text = kept.toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A prompt is counted where it would be sent to. */
function countedModel({ endpoint, body }: Exchange): string | undefined {
  return endpoint.toLowerCase() === "/v1/messages/count_tokens" ? modelOf(readLogged(body, body.length)) : undefined;
}

/** `GET /v1/messages/batches/<id>/results` brings what the requests of a batch used. */
function readBatchResults({ context, endpoint, request }: Exchange) {
  const [, id] = /^\/v1\/messages\/batches\/([^/]+)\/results$/i.exec(endpoint) ?? [];
  return request.method === "GET" && id !== undefined ? context.batches.read(id) : undefined;
}

function modelOf(body: unknown): string {
  const model = typeof body === "object" && body !== null ? (body as { model?: unknown }).model : undefined;
  return typeof model === "string" ? model : "none";
}
