import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { type CallScope, noUsage } from "@ccb/core";
import { type AnthropicError, anthropicErrorBody, sendError } from "./_anthropic-error.ts";
import { type GatewayContext, runAfter, type SentRequest, type UpstreamServer } from "./_gateway-context.ts";
import { createMessageAssembler, type StreamedAnswer } from "./answer/_assemble-message.ts";
import { decodeAnswer } from "./answer/_decode-answer.ts";
import { type AskedCall, type CallEnd, readStreamEnd, readWholeEnd, unknownEnd } from "./answer/_read-call-end.ts";
import { renderRecalledStream } from "./answer/_render-recalled.ts";
import { type ExchangeWatch, recordExchange } from "./cassette/_record-exchange.ts";
import { filterResponseHeaders } from "./forward/_filter-headers.ts";
import { type ChunkPasser, passChunks } from "./forward/_pass-chunks.ts";
import type { GatewayUpstream } from "./gateway.ts";
import type { Admission, AdmittedCall } from "./limit/create-rate-limiter.ts";
import { parseBody, parseRequest } from "./receive/_parse-request.ts";
import { type OpenCall, openCall } from "./reserve/_open-call.ts";

/** One request of a client with everything needed to answer it. */
export interface Exchange {
  context: GatewayContext;
  request: IncomingMessage;
  response: ServerResponse;
  scope: CallScope;
  /** Path and query below the upstream's base URL. */
  path: string;
  endpoint: string;
  body: Buffer;
}

interface Relay {
  exchange: Exchange;
  upstream: UpstreamServer;
  call: OpenCall;
  asked: AskedCall;
  sent: SentRequest;
  recording: ExchangeWatch;
  /** What was seen of a streamed answer. */
  streamed: StreamedAnswer | undefined;
  chunks: ChunkPasser | undefined;
  status: number | undefined;
  /** The end of the answer waits to be passed on; what follows it has to wait too. */
  ending: Promise<void> | undefined;
}

/** Answers `POST /v1/messages`: waits for its turn, reserves, forwards, streams through, books and logs. */
export async function handleMessages(exchange: Exchange): Promise<void> {
  const { context, response, endpoint } = exchange;
  const read = parseBody(exchange);
  const parsed = "error" in read ? read : parseRequest(context, { fields: read.fields, bytes: exchange.body.length });
  if ("error" in parsed) {
    sendError(response, parsed.error);
    return;
  }
  const { asked, body } = parsed;
  const scope = context.callers.attribute(exchange.scope, { headers: exchange.request.headers, body });
  const requestHash = context.options.answers && hashRequest(exchange);
  const known = requestHash && context.options.answers?.recall({ hash: requestHash, scope });
  if (known) {
    context.stats.recalled += 1;
    sendRecalled(response, known, body.stream === true);
    return;
  }
  const call = openCall(context, { scope, endpoint, asked, requestBody: body, requestHash });
  const upstream = context.chooseUpstream(asked.model);
  const gone = new AbortController();
  // With a reason of its own: the one that it makes up costs more than all the rest of it.
  response.on("close", () => gone.abort("left"));
  const bytes = exchange.body.length;
  const admission = await context.limiter.admit({
    upstream: upstream.host,
    model: asked.model,
    bytes,
    gone: gone.signal,
  });
  if (admission.outcome !== "go") {
    sendError(response, call.refuse(explainHold(context, admission)));
    return;
  }
  const refused = response.destroyed ? call.refuse(clientLeft) : call.reserve();
  if (refused) {
    admission.call.release();
    sendError(response, refused);
    return;
  }
  const overtaken = (await call.confirm()) ?? (response.destroyed ? clientLeft : undefined);
  if (overtaken) {
    admission.call.release();
    const passOn = () => sendError(response, overtaken);
    call.finish(failedEnd(asked, undefined, anthropicErrorBody(overtaken)), { passOn });
    return;
  }
  sendRelay({ exchange: { ...exchange, scope }, upstream, call, asked, admitted: admission.call });
}

function hashRequest({ endpoint, body }: Exchange): string {
  return createHash("sha256").update(`${endpoint}\n`).update(body).digest("hex");
}

function sendRecalled(response: ServerResponse, message: Record<string, unknown>, isStream: boolean): void {
  response.writeHead(200, { "content-type": isStream ? "text/event-stream; charset=utf-8" : "application/json" });
  response.end(isStream ? renderRecalledStream(message) : JSON.stringify(message));
}

export const clientLeft: AnthropicError = {
  type: "api_error",
  message: "CCB gateway: the client left before its turn.",
};

function explainHold(context: GatewayContext, admission: Exclude<Admission, { outcome: "go" }>): AnthropicError {
  if (admission.outcome !== "held") {
    const ending = "CCB gateway: the build is ending, no more calls are taken.";
    return admission.outcome === "left" ? clientLeft : { type: "api_error", message: ending };
  }
  const { reason, retryAfterMs } = admission;
  context.stats.heldBack += 1;
  const message = `CCB gateway: ${reason}; calls of all sessions are held back for another ${Math.ceil(retryAfterMs / 1_000)} s.`;
  return { type: "rate_limit_error", message, retryAfterMs };
}

function sendRelay(about: {
  exchange: Exchange;
  upstream: UpstreamServer;
  call: OpenCall;
  asked: AskedCall;
  admitted: AdmittedCall;
}): void {
  const { exchange, upstream, admitted } = about;
  const { response, request, scope, path, body, context } = exchange;
  const { method = "POST", rawHeaders } = request;
  const sent = upstream.send({ method, path, rawHeaders, body, scope });
  const recording = recordExchange(context, { scope, method, path, body, sent, response });
  const nothingYet = { streamed: undefined, chunks: undefined, status: undefined, ending: undefined };
  const relay: Relay = { ...about, sent, recording, ...nothingYet };
  sent.request.on("response", (answer) => {
    admitted.answered(answer.statusCode ?? 502, answer.headers);
    relayAnswer(relay, answer);
  });
  sent.request.on("error", (error: NodeJS.ErrnoException) => failRelay(relay, error.code ?? error.message));
  // The client has gone, or all is done: then all three are nothing to do.
  response.on("close", () => {
    if (!response.writableFinished) sent.request.destroy();
    finishRelay(relay, brokenEnd(relay, undefined));
    admitted.release();
  });
}

function relayAnswer(relay: Relay, answer: IncomingMessage): void {
  const status = answer.statusCode ?? 502;
  relay.status = status;
  const { source, isDecoded } = decodeAnswer(answer);
  relay.recording.watch(answer, source);
  const isStream = /^text\/event-stream/i.test(answer.headers["content-type"] ?? "");
  if (isStream && status < 300) streamAnswer(relay, { answer, source, isDecoded });
  else collectAnswer(relay, { answer, source, isDecoded });
}

/** Books a call that has come to its end, once it is recorded: what a build remembers of a call, its replay has to know. */
function finishRelay({ call, recording }: Relay, end: CallEnd, passOn?: () => void): void {
  call.finish(end, { recorded: recording.kept(), ...(passOn ? { passOn } : {}) });
}

/** The same for a whole answer. */
function passEnd(relay: Relay, end: CallEnd, passOn: () => void): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  relay.ending = promise;
  finishRelay(relay, end, () => {
    relay.ending = undefined;
    passOn();
    resolve();
  });
}

/** What comes after the end of the answer waits until that is passed on. */
function afterEnd({ exchange, ending }: Relay, next: () => void): void {
  runAfter(exchange.context, ending, next);
}

/** Passes a stream on as it comes and reads it on the side; the call is booked before its last event is passed on. */
function streamAnswer(relay: Relay, from: { answer: IncomingMessage; source: Readable; isDecoded: boolean }): void {
  const { call, asked } = relay;
  const { response } = relay.exchange;
  const { answer, source } = from;
  const status = relay.status ?? 200;
  const assembler = createMessageAssembler();
  relay.streamed = assembler.answer;
  response.writeHead(
    status,
    answer.statusMessage,
    filterResponseHeaders(answer.rawHeaders, { isRewritten: from.isDecoded }),
  );
  let isBegun = false;
  // Together with what came in the same read; by themselves where nothing did.
  setImmediate(() => {
    if (!isBegun && !response.destroyed) response.flushHeaders();
  });
  const chunks = passChunks(source, response, (bytes, send) => {
    isBegun = true;
    if (call.isFinished()) return afterEnd(relay, () => send(bytes));
    assembler.push(bytes);
    if (!assembler.answer.isComplete) return send(bytes);
    passEnd(relay, readStreamEnd(assembler.answer, asked, status), () => {
      // All of it is here, mostly: then the end of the answer needs no write of its own.
      const isOver = source === answer && answer.complete && source.readableLength === 0 && !response.destroyed;
      if (isOver) response.end(bytes);
      else send(bytes);
    });
  });
  relay.chunks = chunks;
  source.on("data", (chunk: Buffer) => {
    call.countChunk();
    chunks.pass(chunk);
  });
  source.on("end", () => {
    isBegun = true;
    chunks.flush();
    if (call.isFinished()) afterEnd(relay, () => response.end());
    else passEnd(relay, readStreamEnd(assembler.answer, asked, status), () => response.end());
  });
  source.on("error", () => breakOff(relay));
  // The upstream hung up in mid-stream; the client must see a broken stream too, not a short one.
  source.on("close", () => {
    if (!source.readableEnded) breakOff(relay);
  });
}

function breakOff(relay: Relay): void {
  finishRelay(relay, brokenEnd(relay, undefined));
  afterEnd(relay, () => relay.exchange.response.destroy());
}

/** Takes an answer in one piece (JSON or an error), books the call and passes it on. */
function collectAnswer(relay: Relay, from: { answer: IncomingMessage; source: Readable; isDecoded: boolean }): void {
  const { call, asked, exchange } = relay;
  const { response, context } = exchange;
  const { answer, source } = from;
  const status = relay.status ?? 502;
  const chunks: Buffer[] = [];
  let bytes = 0;
  source.on("data", (chunk: Buffer) => {
    call.countChunk();
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > context.maxBodyBytes) failRelay(relay, `answer larger than ${context.maxBodyBytes} bytes`);
  });
  source.on("error", (error: NodeJS.ErrnoException) => failRelay(relay, error.code ?? error.message));
  source.on("close", () => {
    if (!source.readableEnded) failRelay(relay, "answer broken off");
  });
  source.on("end", () => {
    const isError = status >= 300;
    const body = isError ? withoutKeys(Buffer.concat(chunks), relay.upstream.options) : Buffer.concat(chunks);
    const responseBody = parseAnswer(body);
    const end: CallEnd = isError ? failedEnd(asked, status, responseBody) : readWholeEnd(responseBody, asked, status);
    if (call.isFinished()) return;
    passEnd(relay, end, () => {
      if (response.destroyed || response.headersSent) return;
      const headers = filterResponseHeaders(answer.rawHeaders, { isRewritten: from.isDecoded || isError });
      const length = headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === "content-length");
      if (!length) headers.push("content-length", String(body.length));
      response.writeHead(status, answer.statusMessage, headers);
      response.end(body);
    });
  });
}

/** Upstreams have been seen to repeat the key in an error; the client must not learn it. */
function withoutKeys(body: Buffer, upstream: GatewayUpstream): Buffer {
  const { apiKey, authToken, headers } = upstream;
  const secrets = [apiKey, authToken, ...Object.values(headers ?? {})].filter((secret) => secret && secret.length >= 8);
  let text = body.toString("latin1");
  for (const secret of secrets)
    text = text.replaceAll(Buffer.from(secret ?? "", "utf8").toString("latin1"), "[REDACTED]");
  return Buffer.from(text, "latin1");
}

function parseAnswer(body: Buffer): unknown {
  const text = body.toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** No answer, or not all of it: books what is known and tells the client. */
function failRelay(relay: Relay, reason: string): void {
  const { call, exchange, sent, upstream } = relay;
  if (call.isFinished()) return;
  const error: AnthropicError = {
    type: "api_error",
    message: `CCB gateway: no answer from ${upstream.host} (${reason}).`,
  };
  finishRelay(relay, brokenEnd(relay, anthropicErrorBody(error)), () => {
    if (exchange.response.headersSent) exchange.response.destroy();
    else sendError(exchange.response, error);
  });
  sent.request.destroy();
}

/** What is known of a call that did not come to its end. */
function brokenEnd(relay: Relay, responseBody: unknown): CallEnd {
  const { asked, status, streamed, sent, chunks } = relay;
  // What came before the break is read too.
  chunks?.flush();
  if (streamed && status !== undefined) return readStreamEnd(streamed, asked, status);
  if (status !== undefined && status >= 300) return failedEnd(asked, status, responseBody);
  if (!sent.wasSent()) return failedEnd(asked, undefined, responseBody);
  return unknownEnd(asked, { ...(status === undefined ? {} : { status }), responseBody });
}

function failedEnd(asked: AskedCall, status: number | undefined, responseBody: unknown): CallEnd {
  return { outcome: "failed", status, model: asked.model, usage: noUsage, messageId: undefined, responseBody };
}
