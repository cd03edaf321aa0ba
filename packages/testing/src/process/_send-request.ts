import { type IncomingHttpHeaders, request as openRequest } from "node:http";

export interface SendRequestOptions {
  host: string;
  port: number;
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  /** Milliseconds for the whole exchange. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface ReceivedAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** True when the body was longer than {@link maxAnswerBytes} and the rest was not read. */
  isCut: boolean;
}

/** Bytes of a body that are read. */
export const maxAnswerBytes = 8 * 1024 * 1024;

/** One HTTP request on a connection of its own; redirects are not followed. A failure of the transport is a value. */
export function sendRequest(options: SendRequestOptions): Promise<ReceivedAnswer | { failure: string }> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  return new Promise((resolve) => {
    const fail = (error: unknown) => resolve({ failure: describeFailure(error, options, timeout) });
    try {
      const outgoing = openRequest({
        host: options.host,
        port: options.port,
        method: options.method,
        path: options.path.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent),
        headers: {
          ...options.headers,
          ...(options.body === undefined ? {} : { "content-length": String(Buffer.byteLength(options.body)) }),
        },
        agent: false,
        signal,
      });
      outgoing.once("error", fail);
      outgoing.once("response", (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const finish = (isCut: boolean) =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: joinHeaders(incoming.headers),
            text: Buffer.concat(chunks).toString("utf8"),
            isCut,
          });
        incoming.on("data", (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > maxAnswerBytes) {
            finish(true);
            incoming.destroy();
          }
        });
        incoming.once("end", () => finish(false));
        incoming.once("error", fail);
      });
      outgoing.end(options.body);
    } catch (error) {
      fail(error);
    }
  });
}

function describeFailure(error: unknown, options: SendRequestOptions, timeout: AbortSignal): string {
  if (timeout.aborted) return `no complete answer within ${options.timeoutMs} ms`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED") return `connection refused at ${options.host}:${options.port}`;
  if (code === "ECONNRESET") return "the connection was closed before a complete answer";
  return message || code || String(error);
}

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return joined;
}
