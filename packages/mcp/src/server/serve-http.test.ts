import { request } from "node:http";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPlainServices } from "../../test-support/plain-services.ts";
import { type HttpServing, serveHttp } from "./serve-http.ts";

let serving: HttpServing;
let services: ReturnType<typeof createPlainServices>;

beforeEach(async () => {
  services = createPlainServices();
  serving = await serveHttp({ services, version: "1.2.3" });
});

afterEach(() => serving.close());

/** The status of a request with exactly these headers; `fetch` would not let a test forge Host. */
function ask(headers: Record<string, string>, path = "/mcp"): Promise<number | undefined> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });
  const given = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    authorization: `Bearer ${serving.token}`,
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const url = new URL(path, serving.url);
    const sent = request(url, { method: "POST", headers: given }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function connect(): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  const headers = { Authorization: `Bearer ${serving.token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(serving.url), { requestInit: { headers } }));
  return client;
}

describe("who may call", () => {
  it("is only who has the token", async () => {
    expect(await ask({})).toBe(200);
    expect(await ask({ authorization: "" })).toBe(401);
    expect(await ask({ authorization: "Bearer wrong" })).toBe(401);
    expect(await ask({ authorization: `Bearer ${serving.token}x` })).toBe(401);
    expect(await ask({ authorization: `Basic ${serving.token}` })).toBe(401);
  });

  it("is nobody from another host or a page of another origin, whatever token they have", async () => {
    expect(await ask({ host: "evil.example" })).toBe(403);
    expect(await ask({ host: "127.0.0.1.evil.example" })).toBe(403);
    expect(await ask({ origin: "https://evil.example" })).toBe(403);
    expect(await ask({ origin: "null" })).toBe(403);
    expect(await ask({ origin: "http://localhost:3000" })).toBe(200);
    expect(await ask({}, "/other")).toBe(404);
  });

  it("listens on loopback only, and takes no short token", async () => {
    expect(new URL(serving.url).hostname).toBe("127.0.0.1");
    await expect(serveHttp({ services, version: "1", token: "short" })).rejects.toThrow("at least 16 characters");
    const { port } = new URL(serving.url);
    await expect(serveHttp({ services, version: "1", port: Number(port) })).rejects.toMatchObject({
      code: "io-failed",
      message: expect.stringContaining("EADDRINUSE"),
    });
  });
});

describe("a client", () => {
  it("speaks the newest revision when it can, and is told what the server is", async () => {
    const client = await connect();
    expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
    expect(client.getServerVersion()).toMatchObject({ name: "ccb", version: "1.2.3" });
    expect(client.getInstructions()).toContain("claim_task");
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("run_checks");
    await client.close();
  });

  it("gets structured answers, errors with their hint, and refusals of what does not fit the schema", async () => {
    const client = await connect();
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    expect(await call("list_requirements", {})).toMatchObject({ structuredContent: { total: 50 } });
    expect(await call("trace_requirement", { id: "X" })).toMatchObject({
      isError: true,
      content: [{ text: 'There is no requirement "X".\nLook again.' }],
    });
    const wrong = await call("list_requirements", { limit: "many" }).catch((error: Error) => error.message);
    expect(JSON.stringify(wrong)).toMatch(/limit/);
    expect(await client.readResource({ uri: "ccb://project/specification" })).toMatchObject({
      contents: [{ text: "# Spec" }],
    });
    const prompt = await client.getPrompt({ name: "next-task", arguments: { by: "ann" } });
    expect(JSON.stringify(prompt.messages)).toContain('by=\\"ann\\"');
    await client.close();
  });

  it("is told of progress, and what it cancels is stopped", async () => {
    const client = await connect();
    const controller = new AbortController();
    const told: unknown[] = [];
    const running = client.callTool(
      { name: "run_checks", arguments: {} },
      {
        signal: controller.signal,
        onprogress: (progress) => {
          told.push(progress);
          controller.abort();
        },
      },
    );
    await expect(running).rejects.toThrow();
    expect(told).toMatchObject([{ progress: 1, total: 2, message: "half" }]);
    await expect.poll(() => services.cancelled, { timeout: 5000 }).toEqual(["run_checks"]);
    await client.close();
  });
});
