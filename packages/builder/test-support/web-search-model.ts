import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** The stream of an answer that searched the web once and cites one page, as the Messages API sends it. */
function renderSearch(model: string): string {
  const usage = { input_tokens: 2000, output_tokens: 1 };
  const head = { id: "msg_search", type: "message", role: "assistant", model, content: [], usage };
  const query = JSON.stringify({ query: "express routing" });
  const url = "https://expressjs.com/en/guide/routing.html";
  const title = "Express routing";
  const result = { type: "web_search_result", title, url, page_age: null, encrypted_content: "EqgfCioIARgBIiQ3YTAw" };
  const content = [result];
  const cited_text = "Use the express.Router class to create modular route handlers.";
  const citation = { type: "web_search_result_location", url, title, encrypted_index: "Eo8BCioIAhgBIiQ3", cited_text };
  const counted = { output_tokens: 50, server_tool_use: { web_search_requests: 1 } };
  const tool = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} };
  const events: { type: string; [field: string]: unknown }[] = [
    { type: "message_start", message: { ...head, stop_reason: null, stop_sequence: null } },
    { type: "content_block_start", index: 0, content_block: tool },
    { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: query } },
    { type: "content_block_stop", index: 0 },
    {
      type: "content_block_start",
      index: 1,
      content_block: { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content },
    },
    { type: "content_block_stop", index: 1 },
    { type: "content_block_start", index: 2, content_block: { type: "text", text: "", citations: [] } },
    { type: "content_block_delta", index: 2, delta: { type: "citations_delta", citation } },
    { type: "content_block_delta", index: 2, delta: { type: "text_delta", text: "Group routes with express.Router." } },
    { type: "content_block_stop", index: 2 },
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: counted },
    { type: "message_stop" },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

export interface WebSearchModel {
  url: string;
  /** The tools of each request that wanted to search. */
  asked: unknown[][];
  close(): void;
}

/** A model server that searches the web, or says that it cannot, and leaves every other request to the one at `url`. */
export async function startWebSearchModel(url: string, can: "search" | "no search"): Promise<WebSearchModel> {
  const asked: unknown[][] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    const { tools = [], model = "" } = JSON.parse(body.toString() || "{}") as { tools?: unknown[]; model?: string };
    if (!JSON.stringify(tools).includes('"web_search_')) {
      const { "x-api-key": key = "", authorization = "" } = request.headers;
      const headers = { "content-type": "application/json", "x-api-key": String(key), authorization };
      const { method = "POST" } = request;
      const passed = await fetch(`${url}${request.url}`, { method, headers, ...(body.length > 0 ? { body } : {}) });
      response.writeHead(passed.status, { "content-type": passed.headers.get("content-type") ?? "" });
      response.end(Buffer.from(await passed.arrayBuffer()));
      return;
    }
    asked.push(tools);
    if (can === "search") return void response.setHeader("content-type", "text/event-stream").end(renderSearch(model));
    const error = { type: "invalid_request_error", message: "tools.0: web_search_20250305 is not known here" };
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ type: "error", error }));
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
