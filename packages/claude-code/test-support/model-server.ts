import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request of a session, as the scripted model sees it. */
export interface ModelTurn {
  /** From 1. */
  number: number;
  path: string;
  headers: IncomingMessage["headers"];
  body: { model: string; system: unknown; tools: { name: string }[]; messages: { role: string; content: unknown }[] };
  /** The text of the last message, tool results included. */
  lastText: string;
}

export type ModelAnswer =
  | { text?: string; tools?: { name: string; input: unknown }[] }
  | { status: number; message: string }
  | { hang: true };

export interface ModelServer {
  url: string;
  turns: ModelTurn[];
  /** Resolves when that many requests have come in. */
  awaitTurn(number: number): Promise<ModelTurn>;
  close(): Promise<void>;
}

/** A loopback server that speaks just enough of the Anthropic Messages API (streamed) for one session. */
export async function startModelServer(answer: (turn: ModelTurn) => ModelAnswer): Promise<ModelServer> {
  const turns: ModelTurn[] = [];
  const waiting: { number: number; resolve: (turn: ModelTurn) => void }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (!request.url?.startsWith("/v1/messages") || request.url.includes("count_tokens")) {
        response.writeHead(404, { "content-type": "application/json" }).end('{"type":"error"}');
        return;
      }
      const body: ModelTurn["body"] = JSON.parse(Buffer.concat(parts).toString("utf8"));
      const lastText = JSON.stringify(body.messages.at(-1)?.content ?? "");
      const turn = { number: turns.length + 1, path: request.url, headers: request.headers, body, lastText };
      turns.push(turn);
      for (const entry of waiting) if (entry.number === turn.number) entry.resolve(turn);
      writeAnswer({ response, answer: answer(turn), turn });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    turns,
    awaitTurn(number) {
      const seen = turns[number - 1];
      return seen ? Promise.resolve(seen) : new Promise((resolve) => waiting.push({ number, resolve }));
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function writeAnswer(call: { response: ServerResponse; answer: ModelAnswer; turn: ModelTurn }): void {
  const { response, answer, turn } = call;
  if ("hang" in answer) return;
  if ("status" in answer) {
    const error = { type: "error", error: { type: "permission_error", message: answer.message } };
    response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(error));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  send("message_start", {
    message: {
      id: `msg_${turn.number}`,
      type: "message",
      role: "assistant",
      model: turn.body.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 100, output_tokens: 1 },
    },
  });
  const tools = answer.tools ?? [];
  const blocks: { start: object; delta: object }[] = [];
  if (answer.text !== undefined || tools.length === 0) {
    const text = answer.text ?? "Done.";
    blocks.push({ start: { type: "text", text: "" }, delta: { type: "text_delta", text } });
  }
  for (const [index, tool] of tools.entries()) {
    const start = { type: "tool_use", id: `toolu_${turn.number}_${index}`, name: tool.name, input: {} };
    blocks.push({ start, delta: { type: "input_json_delta", partial_json: JSON.stringify(tool.input) } });
  }
  for (const [index, block] of blocks.entries()) {
    send("content_block_start", { index, content_block: block.start });
    send("content_block_delta", { index, delta: block.delta });
    send("content_block_stop", { index });
  }
  const stop = tools.length > 0 ? "tool_use" : "end_turn";
  send("message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 20 } });
  send("message_stop", {});
  response.end();
}
