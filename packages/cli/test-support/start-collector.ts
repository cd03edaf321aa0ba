import http from "node:http";
import type { AddressInfo } from "node:net";

/** Takes whatever is posted to it, by path, as a webhook and an OpenTelemetry collector do. */
export async function startCollector(): Promise<{ url: string; bodies(path: string): unknown[]; close: () => void }> {
  const taken = new Map<string, unknown[]>();
  const server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const path = request.url ?? "";
      taken.set(path, [...(taken.get(path) ?? []), JSON.parse(body) as unknown]);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies: (path) => taken.get(path) ?? [],
    close: () => server.close().closeAllConnections(),
  };
}
