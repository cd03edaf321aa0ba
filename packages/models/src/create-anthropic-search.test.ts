import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CcbError } from "@ccb/core";
import { expect, it, onTestFinished } from "vitest";
import { createAnthropicSearch } from "./create-anthropic-search.ts";

type Fields = Record<string, unknown>;

/** A message as the API streams it: blocks of server tools come whole in their start event, text and its citations as deltas. */
function renderStream(content: Fields[], stopReason: string, searches: number): string {
  const usage = { input_tokens: 900, output_tokens: 1 };
  const message = { id: "msg_1", type: "message", role: "assistant", model: "claude-opus-5-5", content: [], usage };
  const events: Fields[] = [{ type: "message_start", message: { ...message, stop_reason: null, stop_sequence: null } }];
  for (const [index, block] of content.entries()) {
    const delta = (fields: Fields) => events.push({ type: "content_block_delta", index, delta: fields });
    if (block.type === "text") {
      events.push({ type: "content_block_start", index, content_block: { type: "text", text: "", citations: [] } });
      for (const citation of (block.citations as Fields[] | undefined) ?? [])
        delta({ type: "citations_delta", citation });
      delta({ type: "text_delta", text: block.text });
    } else if (block.type === "server_tool_use") {
      events.push({ type: "content_block_start", index, content_block: { ...block, input: {} } });
      delta({ type: "input_json_delta", partial_json: JSON.stringify(block.input) });
    } else events.push({ type: "content_block_start", index, content_block: block });
    events.push({ type: "content_block_stop", index });
  }
  const counted = { output_tokens: 60, server_tool_use: { web_search_requests: searches } };
  events.push({ type: "message_delta", delta: { stop_reason: stopReason, stop_sequence: null }, usage: counted });
  events.push({ type: "message_stop" });
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

async function serve(...answers: (string | { status: number; body: object })[]) {
  const seen: { tools: Fields[]; system: { text: string }[]; messages: { role: string; content: Fields[] }[] }[] = [];
  const server = createServer(async (request, response) => {
    seen.push(JSON.parse(await text(request)));
    const answer = answers[Math.min(seen.length, answers.length) - 1] ?? "";
    if (typeof answer === "string") response.setHeader("content-type", "text/event-stream").end(answer);
    else response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const search = createAnthropicSearch({ model: "claude-opus-5-5", baseUrl, apiKey: "sk-any" });
  return { seen, ask: () => search({ question: "How does Express route?", scope: { build: "b" } }) };
}

const used = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "express routing" } };
const page = {
  type: "web_search_result",
  title: "Routing",
  url: "https://expressjs.com/routing",
  page_age: "May 2026",
};
const found = {
  type: "web_search_tool_result",
  tool_use_id: "srvtoolu_1",
  content: [{ ...page, encrypted_content: "EqgfCioIARgB" }],
};
const cite = (url: string, quote: string) => ({
  type: "web_search_result_location",
  url,
  title: url.endsWith("routing") ? "Routing" : null,
  encrypted_index: "Eo8BCioIAhgB",
  cited_text: quote,
});
const said = (words: string, ...citations: object[]) => ({ type: "text", text: words, citations });

it("asks with the server's tool, and makes a source of each cited page with what was said and the words cited", async () => {
  const { seen, ask } = await serve(
    renderStream(
      [
        { type: "text", text: "I will search." },
        used,
        found,
        said(
          "Use express.Router().",
          cite(page.url, "A Router is a\nmini app."),
          cite("https://b.example/x", "routers"),
        ),
        said("Mount it with use().", cite(page.url, "A Router is a\nmini app.")),
      ],
      "end_turn",
      1,
    ),
  );
  const answer = await ask();
  expect(seen[0]?.tools).toEqual([{ type: "web_search_20250305", name: "web_search", max_uses: 3 }]);
  expect(seen[0]?.system[0]?.text).toMatch(/^You are the web-searcher agent of CCB/);
  expect(answer.sources).toEqual([
    {
      url: page.url,
      title: "Routing",
      text: "Use express.Router().\nMount it with use().\n> A Router is a\n> mini app.",
    },
    { url: "https://b.example/x", title: "https://b.example/x", text: "Use express.Router().\n> routers" },
  ]);
  expect(answer.usage).toMatchObject({ webSearchRequests: 1, inputTokens: 900, outputTokens: 60 });
});

it("goes on with a turn that the server paused, with its blocks as they came and the searches that are left", async () => {
  const { seen, ask } = await serve(
    renderStream([used, found], "pause_turn", 2),
    renderStream([said("Use Router.", cite(page.url, "Router"))], "end_turn", 0),
  );
  const answer = await ask();
  expect(seen[1]?.messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
  expect(seen[1]?.messages[1]?.content).toEqual([used, found]);
  expect(seen[1]?.tools).toMatchObject([{ max_uses: 1 }]);
  expect(answer.sources).toMatchObject([{ url: page.url }]);
  expect(answer.usage.webSearchRequests).toBe(2);
});

it("names what the search answered in place of results, and takes nothing that no page says", async () => {
  const failed = { ...found, content: { type: "web_search_tool_result_error", error_code: "max_uses_exceeded" } };
  const { ask } = await serve(renderStream([used, failed, said("I remember that …")], "end_turn", 0));
  expect(await ask()).toMatchObject({ sources: [], problems: ["the web search answered max_uses_exceeded"] });
});

it("rejects with the status of a server that does not know the tool", async () => {
  const message = "tools.0: Input tag 'web_search_20250305' found using 'type' does not match";
  const body = { type: "error", error: { type: "invalid_request_error", message } };
  const { seen, ask } = await serve({ status: 400, body });
  const error = await ask().catch((cause: unknown) => cause);
  expect(CcbError.isInstance(error) && [error.code, error.details.status]).toEqual(["model-failed", 400]);
  expect(seen).toHaveLength(1);
});
