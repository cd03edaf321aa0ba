import http from "node:http";
import type { AddressInfo } from "node:net";

/** A span as OTLP's JSON has it. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  links?: { traceId: string; spanId: string }[];
  events?: { name: string }[];
  status?: { code?: number; message?: string };
}

/** Receives traces as an OpenTelemetry collector does: OTLP/HTTP, JSON. */
export async function startCollector(): Promise<{
  url: string;
  spans: ReceivedSpan[];
  requests: string[];
  close: () => void;
}> {
  const spans: ReceivedSpan[] = [];
  const requests: string[] = [];
  const server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      requests.push(`${request.method} ${request.url} ${request.headers["content-type"]}`);
      type Sent = { resourceSpans: { scopeSpans: { spans: ReceivedSpan[] }[] }[] };
      const sent = JSON.parse(body) as Sent;
      spans.push(...sent.resourceSpans.flatMap((one) => one.scopeSpans).flatMap((one) => one.spans));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    close: () => server.close().closeAllConnections(),
  };
}
