import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { z } from "zod";

const seenBodySchema = z.object({
  model: z.string(),
  max_tokens: z.number(),
  stream: z.boolean(),
  temperature: z.number().optional(),
  system: z.array(z.object({ text: z.string(), cache_control: z.object({ type: z.string() }).optional() })),
  messages: z.array(
    z.object({
      role: z.string(),
      content: z.union([
        z.string(),
        z.array(z.object({ text: z.string(), cache_control: z.object({ type: z.string() }).optional() })),
      ]),
    }),
  ),
  output_config: z
    .object({ format: z.object({ type: z.string(), schema: z.record(z.string(), z.unknown()) }) })
    .optional(),
});

/** One request as the server got it. */
export interface SeenRequest {
  path: string;
  authorization: string | undefined;
  body: z.infer<typeof seenBodySchema>;
}

export type Answer = (response: ServerResponse, seen: SeenRequest) => void | Promise<void>;

/** A server on a free port that gives one prepared answer after the other (the last one again and again) and keeps what it was asked. */
export async function startServer(...answers: Answer[]): Promise<{ url: string; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = seenBodySchema.parse(JSON.parse(await readBody(request)));
    const entry = { path: request.url ?? "", authorization: request.headers.authorization, body };
    seen.push(entry);
    const answer = answers[Math.min(seen.length, answers.length) - 1];
    await answer?.(response, entry);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

export interface AnswerOptions {
  stopReason?: string;
  inputTokens?: number;
  outputTokens?: number;
  /** Break the connection after the text. */
  cut?: boolean;
  /** End the stream properly but without its closing events. */
  short?: boolean;
  /** Leave the connection open after the closing event. */
  open?: boolean;
  /** Pings before the text, 50 ms apart. */
  pings?: number;
}

/** Streams a text as the Messages API would, in small pieces with a ping between. */
export function sayText(text: string, options: AnswerOptions = {}): Answer {
  return async (response, seen) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (type: string, data: object) =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    const usage = { input_tokens: options.inputTokens ?? 10, output_tokens: 1 };
    send("message_start", {
      message: { id: "msg_1", type: "message", role: "assistant", model: seen.body.model, content: [], usage },
    });
    for (let count = 0; count < (options.pings ?? 0); count++) {
      send("ping", {});
      await wait(50);
    }
    send("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
    for (let at = 0; at < text.length; at += 7) {
      send("content_block_delta", { index: 0, delta: { type: "text_delta", text: text.slice(at, at + 7) } });
      if (at === 7) send("ping", {});
    }
    if (options.cut) return void setImmediate(() => response.destroy());
    if (!options.short) {
      send("content_block_stop", { index: 0 });
      send("message_delta", {
        delta: { stop_reason: options.stopReason ?? "end_turn" },
        usage: { output_tokens: options.outputTokens ?? 5 },
      });
      send("message_stop", {});
    }
    if (!options.open) response.end();
  };
}

/** An error status with the API's error body. */
export function sayError(
  status: number,
  error: { type: string; message: string; headers?: Record<string, string> },
): Answer {
  const { headers = {}, ...body } = error;
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ type: "error", error: body }));
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += String(piece);
  return text;
}
