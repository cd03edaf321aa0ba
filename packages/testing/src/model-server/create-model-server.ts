import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { addUsage, CcbError, modelCatalog, noUsage, type Usage } from "@ccb/core";
import { measureInput, type PromptCache } from "./_measure-usage.ts";
import { parseMessagesRequest } from "./_parse-messages-request.ts";
import { pad } from "./_render-message.ts";
import { jsonHeaders, sendAnswer, sendError } from "./_send-answer.ts";
import type { Answer } from "./answer.ts";
import type { MessagesRequest } from "./messages-request.ts";

/** What an answer may depend on beside the request. */
export interface AnswerContext {
  /** Counts the `POST /v1/messages` requests that reached the answer, from 1. */
  number: number;
  headers: Record<string, string | string[] | undefined>;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
}

/** One request as it came in and how it ended. */
export interface RecordedRequest {
  /** `req_000001`, counted from 1 over all paths. */
  id: string;
  method: string;
  /** Without the query. */
  path: string;
  /** As received, credentials included. */
  headers: Record<string, string | string[] | undefined>;
  /** Set for a well-formed `POST /v1/messages` or `…/count_tokens`. */
  request: MessagesRequest | undefined;
  answer: Answer | undefined;
  /** 0 while no status has been sent. */
  status: number;
  outcome: "open" | "answered" | "cut" | "stalled" | "error";
  /** What the client can know that it pays: of a cut stream, what its events said so far; nothing when it left before the answer. */
  billed: Usage;
}

export interface ModelServerOptions {
  /** Gives the answer; may be asked several times at once. A throw becomes a 500 `api_error` with its message. */
  answer: (request: MessagesRequest, context: AnswerContext) => Answer | Promise<Answer>;
  /** A free one when omitted. */
  port?: number | undefined;
  /** The keys that are let in; any non-empty one when omitted. */
  apiKeys?: readonly string[] | undefined;
  /** The models there are, others being 404; when omitted every id is served and CCB's catalogue is listed. */
  models?: readonly string[] | undefined;
  /** Count what earlier prompts began with as cache reads, and the rest of a prompt as cache writes; default false. */
  countCache?: boolean | undefined;
  /** Keep every request in `requests`; default true. `totals()` counts either way. */
  record?: boolean | undefined;
  /** Called when a request has been read, before it is answered. */
  onRequest?: ((request: RecordedRequest) => void) | undefined;
}

/** A running model server. */
export interface ModelServer extends AsyncDisposable {
  /** For example `http://127.0.0.1:40123`; the base URL of a client. */
  url: string;
  port: number;
  /** In order of arrival. */
  requests: readonly RecordedRequest[];
  /** The sum of everything billed; `calls` are the messages answered, whole, cut or stalled after their first event. */
  totals(): Usage & { calls: number };
  /** Ends open connections too. */
  close(): Promise<void>;
}

interface State {
  options: ModelServerOptions;
  requests: RecordedRequest[];
  total: Usage;
  calls: number;
  requestCount: number;
  messageCount: number;
  cache: PromptCache | undefined;
}

/** The API's own limit of a request, in bytes. */
const maxRequestBytes = 32 * 1024 * 1024;

/**
 * Starts an HTTP server on 127.0.0.1 that speaks the Anthropic Messages API: `POST /v1/messages` (streamed and not),
 * `POST /v1/messages/count_tokens`, `GET /v1/models`.
 *
 * It counts what it bills. An answer without usage costs a token for each 4 characters, rounded up for each block of prompt and answer. Ids follow
 * from the order of arrival. Rejects with a CcbError (`io-failed`) when the port cannot be had.
 */
export async function createModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const state: State = {
    options,
    requests: [],
    total: noUsage,
    calls: 0,
    requestCount: 0,
    messageCount: 0,
    cache: options.countCache ? new Map() : undefined,
  };
  const server = createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => response.destroy(asError(error)));
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      const wanted = options.port ?? 0;
      const message = `The model server could not listen on 127.0.0.1:${wanted}: ${error.message}.`;
      const hint = "Give another port, or none for a free one.";
      reject(new CcbError({ code: "io-failed", message, hint, cause: error }));
    });
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: state.requests,
    totals: () => ({ ...state.total, calls: state.calls }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function handle(state: State, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  state.requestCount += 1;
  const id = `req_${pad(state.requestCount)}`;
  const [pathname = "/"] = (incoming.url ?? "/").split("?");
  const record: RecordedRequest = {
    id,
    method: incoming.method ?? "GET",
    path: pathname,
    headers: { ...incoming.headers },
    request: undefined,
    answer: undefined,
    status: 0,
    outcome: "open",
    billed: noUsage,
  };
  if (state.options.record !== false) state.requests.push(record);
  const refuse = (status: number, type: string, message: string) => {
    record.status = status;
    record.outcome = "error";
    sendError(response, { status, type, message, requestId: id });
  };

  const body = await readBody(incoming);
  if (body === undefined) return refuse(413, "request_too_large", "Request exceeds the maximum size of 32 MiB");
  if (!isLetIn(incoming, state.options.apiKeys)) {
    return refuse(401, "authentication_error", "invalid x-api-key");
  }
  const allowed = allowedMethod(pathname);
  if (!allowed) return refuse(404, "not_found_error", `Not found: ${pathname}`);
  if (incoming.method !== allowed) return refuse(405, "invalid_request_error", `Method Not Allowed: use ${allowed}`);
  if (allowed === "GET") return sendModels({ state, response, record });

  const counting = pathname.endsWith("/count_tokens");
  const parsed = parseMessagesRequest(body, { needsMaxTokens: !counting });
  if ("problem" in parsed) return refuse(400, "invalid_request_error", parsed.problem);
  record.request = parsed.request;
  state.options.onRequest?.(record);
  const { models } = state.options;
  if (models && !models.includes(parsed.request.model)) {
    return refuse(404, "not_found_error", `model: ${parsed.request.model}`);
  }
  if (counting) {
    sendJson(response, record, { input_tokens: measureInput(parsed.request).inputTokens });
    return;
  }
  await answerMessage({ state, response, record }, parsed.request);
}

interface Exchange {
  state: State;
  response: ServerResponse;
  record: RecordedRequest;
}

async function answerMessage({ state, response, record }: Exchange, request: MessagesRequest): Promise<void> {
  state.messageCount += 1;
  const number = state.messageCount;
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  let answer: Answer;
  try {
    answer = await state.options.answer(request, { number, headers: record.headers, signal: gone.signal });
    if (!("fault" in answer) && !Array.isArray(answer.content))
      throw new TypeError("it gave neither content nor a fault");
  } catch (error) {
    const message = `The answer function of the model server threw: ${asError(error).message}`;
    answer = { fault: "status", status: 500, errorType: "api_error", message };
  }
  record.answer = answer;
  if (gone.signal.aborted) {
    record.outcome = "cut";
    return;
  }
  const delivery = await sendAnswer({
    response,
    answer,
    model: request.model,
    stream: request.stream === true,
    requestId: record.id,
    number,
    inputUsage: "usage" in answer && answer.usage ? noUsage : measureInput(request, state.cache),
  });
  Object.assign(record, delivery);
  state.total = addUsage(state.total, delivery.billed);
  if (delivery.outcome === "answered" || delivery.billed !== noUsage) state.calls += 1;
}

function sendModels({ state, response, record }: Exchange): void {
  const ids = state.options.models ?? modelCatalog.map((model) => model.apiId);
  const data = ids.map((id) => ({ type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" }));
  const wanted = record.path.slice("/v1/models".length + 1);
  if (wanted === "") {
    sendJson(response, record, { data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null });
    return;
  }
  const model = data.find((entry) => entry.id === wanted || encodeURIComponent(entry.id) === wanted);
  if (model) {
    sendJson(response, record, model);
    return;
  }
  record.status = 404;
  record.outcome = "error";
  sendError(response, { status: 404, type: "not_found_error", message: `model: ${wanted}`, requestId: record.id });
}

function sendJson(response: ServerResponse, record: RecordedRequest, body: object): void {
  record.status = 200;
  record.outcome = "answered";
  response.writeHead(200, jsonHeaders(record.id)).end(JSON.stringify(body));
}

function allowedMethod(path: string): "GET" | "POST" | undefined {
  if (path === "/v1/messages" || path === "/v1/messages/count_tokens") return "POST";
  if (path === "/v1/models" || /^\/v1\/models\/[^/]+$/.test(path)) return "GET";
  return undefined;
}

/** The binary sends `x-api-key`, the SDK a bearer token; both are taken. */
function isLetIn(request: IncomingMessage, keys: readonly string[] | undefined): boolean {
  const header = request.headers["x-api-key"];
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const given = [typeof header === "string" ? header : undefined, bearer].filter(
    (key) => key !== undefined && key !== "",
  );
  return keys ? given.some((key) => key !== undefined && keys.includes(key)) : given.length > 0;
}

/** Undefined when the body is larger than the API takes; the rest of it is read and dropped so that the client sees the answer. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxRequestBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > maxRequestBytes ? undefined : Buffer.concat(chunks).toString("utf8");
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
