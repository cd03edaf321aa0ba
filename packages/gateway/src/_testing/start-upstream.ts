import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the upstream got it. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  json: Record<string, unknown>;
}

export interface Upstream {
  url: string;
  seen: SeenRequest[];
  close(): Promise<void>;
}

/** A real HTTP server on loopback that answers by `handle` and keeps what it was asked. */
export async function startUpstream(
  handle: (seen: SeenRequest, response: ServerResponse, request: IncomingMessage) => void,
): Promise<Upstream> {
  const seen: SeenRequest[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const json = body.startsWith("{") ? (JSON.parse(body) as Record<string, unknown>) : {};
      const entry = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body, json };
      seen.push(entry);
      handle(entry, response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The events of a streamed text answer, in order. */
export function streamEvents(answer: {
  text: string;
  id?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  cache?: Record<string, unknown>;
}): string[] {
  const { text, id = "msg_1", model = "claude-opus-5-5", inputTokens = 100, outputTokens = 7, cache = {} } = answer;
  const usage = { input_tokens: inputTokens, output_tokens: 1, ...cache };
  return [
    {
      type: "message_start",
      message: { id, type: "message", role: "assistant", model, content: [], stop_reason: null, usage },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...(text
      .match(/.{1,5}/gsu)
      ?.map((piece) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: piece } })) ?? []),
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: outputTokens },
    },
    { type: "message_stop" },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

/** A whole text answer as the API sends it when no stream is asked for. */
export function wholeMessage(answer: {
  text: string;
  id?: string;
  inputTokens?: number;
  outputTokens?: number;
}): string {
  const { text, id = "msg_1", inputTokens = 100, outputTokens = 7 } = answer;
  return JSON.stringify({
    id,
    type: "message",
    role: "assistant",
    model: "claude-opus-5-5",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: inputTokens, output_tokens: outputTokens },
  });
}

/** Answers with the events, as a stream. */
export function sendStream(response: ServerResponse, events: readonly string[]): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_stream" });
  for (const event of events) response.write(event);
  response.end();
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, json: string, status = 200): void {
  response.writeHead(status, { "content-type": "application/json", "request-id": "req_whole" });
  response.end(json);
}
