import { Agent, request as openRequest } from "node:http";

export interface LoadRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  isExpected(status: number): boolean;
}

export interface LoadOptions {
  host: string;
  port: number;
  concurrency: number;
  durationMs: number;
  /** Milliseconds for one request. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** The request of this number, counted from 0. */
  send(count: number): LoadRequest;
}

export interface LoadFigures {
  requests: number;
  errors: number;
  firstError: string | undefined;
  /** From the first request to the last answer. */
  seconds: number;
  /** Of the answers that were as expected; undefined where there was none. */
  p95Ms: number | undefined;
  p99Ms: number | undefined;
}

/** As many clients as asked for, each with a connection it keeps; each sends its next request when it has the answer to its last. */
export async function measureLoad(options: LoadOptions): Promise<LoadFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency });
  const latencies: number[] = [];
  const errors: string[] = [];
  let errorCount = 0;
  let count = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + options.durationMs;
  const client = async () => {
    while (performance.now() < endsAt && !options.signal?.aborted) {
      const request = options.send(count++);
      const sentAt = performance.now();
      const outcome = await exchange(request, options, agent);
      if (typeof outcome === "number" && request.isExpected(outcome)) latencies.push(performance.now() - sentAt);
      else {
        errorCount += 1;
        if (errors.length === 0)
          errors.push(
            `${request.method} ${request.path}: ${typeof outcome === "number" ? `status ${outcome}` : outcome}`,
          );
        // A service that is gone refuses at once; asking it without a pause would only burn time.
        if (typeof outcome === "string") await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: options.concurrency }, client));
  } finally {
    agent.destroy();
  }
  latencies.sort((left, right) => left - right);
  return {
    requests: latencies.length + errorCount,
    errors: errorCount,
    firstError: errors[0],
    seconds: (performance.now() - startedAt) / 1000,
    p95Ms: percentile(latencies, 0.95),
    p99Ms: percentile(latencies, 0.99),
  };
}

/** The value that at least this share of the sorted values does not exceed (nearest rank); undefined of none. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** The status of the answer once it is complete, or what went wrong. */
function exchange(request: LoadRequest, options: LoadOptions, agent: Agent): Promise<number | string> {
  return new Promise((resolve) => {
    const { host, port, signal, timeoutMs } = options;
    const length = request.body === undefined ? {} : { "content-length": String(Buffer.byteLength(request.body)) };
    const { method, path } = request;
    const headers = { ...request.headers, ...length };
    const outgoing = openRequest({ host, port, method, path, headers, agent, ...(signal ? { signal } : {}) });
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    outgoing.once("error", (error) => resolve(error.message));
    outgoing.once("response", (incoming) => {
      incoming.once("error", (error) => resolve(error.message));
      incoming.once("end", () => resolve(incoming.statusCode ?? 0));
      incoming.resume();
    });
    outgoing.end(request.body);
  });
}
