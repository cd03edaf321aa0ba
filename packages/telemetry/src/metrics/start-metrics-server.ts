import http from "node:http";
import type { AddressInfo } from "node:net";
import { CcbError } from "@ccb/core";
import type { Metrics } from "./create-metrics.ts";

export interface MetricsServer {
  /** "http://127.0.0.1:PORT/metrics". */
  url: string;
  close(): Promise<void>;
}

/** Serves metrics on loopback for a Prometheus to scrape; port 0 is any free one. CcbError `usage` when the port cannot be listened on. */
export async function startMetricsServer(options: { metrics: Metrics; port: number }): Promise<MetricsServer> {
  const { metrics, port } = options;
  const server = http.createServer((request, response) => {
    const [path] = (request.url ?? "/").split("?");
    if (path !== "/metrics" || !["GET", "HEAD"].includes(request.method ?? "")) {
      response.writeHead(404, { "content-type": "text/plain" }).end("Metrics are at GET /metrics\n");
      return;
    }
    metrics.render().then(
      (text) => response.writeHead(200, { "content-type": metrics.contentType }).end(text),
      (cause: unknown) => response.writeHead(500, { "content-type": "text/plain" }).end(`${String(cause)}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new CcbError({
          code: "usage",
          message: `Metrics cannot be served on port ${port} of 127.0.0.1 (${cause.code ?? cause.message}).`,
          hint: "Choose another port; 0 takes any free one.",
          cause,
        }),
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  // Whoever forgets to close it is not kept from ending.
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
