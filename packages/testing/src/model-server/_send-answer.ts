import type { ServerResponse } from "node:http";
import { noUsage, type Usage } from "@ccb/core";
import { measureOutput } from "./_measure-usage.ts";
import {
  pad,
  type RenderedBlock,
  type RenderedMessage,
  renderBlocks,
  renderMessageBody,
  renderStreamEvents,
} from "./_render-message.ts";
import { type Answer, type ContentBlock, isFault } from "./answer.ts";

export interface SendAnswerOptions {
  response: ServerResponse;
  answer: Answer;
  model: string;
  stream: boolean;
  requestId: string;
  /** The message's number; it makes the ids. */
  number: number;
  /** What the prompt costs when the answer does not say it. */
  inputUsage: Usage;
}

/** How a request ended, and the usage that its client can know of. */
export interface Delivery {
  status: number;
  outcome: "answered" | "cut" | "stalled" | "error";
  billed: Usage;
}

/** Writes an answer or plays a fault. */
export async function sendAnswer(options: SendAnswerOptions): Promise<Delivery> {
  const { response, answer } = options;
  if (isFault(answer) && answer.fault === "status") {
    sendError(response, {
      status: answer.status,
      type: answer.errorType,
      message: answer.message,
      requestId: options.requestId,
      headers: answer.headers ?? {},
    });
    return { status: answer.status, outcome: "error", billed: noUsage };
  }
  const message = renderAnswer(options, answer);
  if (isFault(answer) && answer.fault !== "invalid-json") {
    return playBreak(options, message, answer);
  }
  if (!options.stream) {
    response.writeHead(200, jsonHeaders(options.requestId)).end(renderMessageBody(message));
  } else {
    response.writeHead(200, streamHeaders(options.requestId));
    for (const event of renderStreamEvents(message)) response.write(event.text);
    response.end();
  }
  return { status: 200, outcome: "answered", billed: message.usage };
}

export interface ApiErrorOptions {
  status: number;
  type: string;
  message: string;
  requestId: string;
  headers?: Record<string, string>;
}

/** Writes an error as the API does. */
export function sendError(response: ServerResponse, error: ApiErrorOptions): void {
  response.writeHead(error.status, { ...jsonHeaders(error.requestId), ...error.headers }).end(
    JSON.stringify({
      type: "error",
      error: { type: error.type, message: error.message },
      request_id: error.requestId,
    }),
  );
}

/** Headers of a JSON answer. */
export function jsonHeaders(requestId: string): Record<string, string> {
  return { "content-type": "application/json", "request-id": requestId };
}

function streamHeaders(requestId: string): Record<string, string> {
  return {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "request-id": requestId,
  };
}

type BodyAnswer = Exclude<Answer, { fault: "status" }>;

function renderAnswer(options: SendAnswerOptions, answer: BodyAnswer): RenderedMessage {
  const fallback: ContentBlock[] = [{ type: "text", text: '{"answer":"This answer was made to break."}' }];
  const whole = renderBlocks(answer.content ?? fallback, options.number);
  const blocks = isFault(answer) && answer.fault === "invalid-json" ? whole.map(halve) : whole;
  const hasToolUse = blocks.some((block) => block.type === "tool_use");
  const usage = answer.usage
    ? { ...noUsage, ...answer.usage }
    : { ...options.inputUsage, outputTokens: measureOutput(blocks) };
  const stopReason = (isFault(answer) ? undefined : answer.stopReason) ?? (hasToolUse ? "tool_use" : "end_turn");
  return { id: `msg_${pad(options.number)}`, model: options.model, blocks, stopReason, usage };
}

function halve(block: RenderedBlock): RenderedBlock {
  return block.type === "text"
    ? { ...block, text: firstHalf(block.text) }
    : { ...block, inputJson: firstHalf(block.inputJson) };
}

function firstHalf(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2));
}

async function playBreak(
  { response, stream, requestId }: SendAnswerOptions,
  message: RenderedMessage,
  answer: { fault: "cut" | "stall"; afterChunks?: number },
): Promise<Delivery> {
  const outcome = answer.fault === "cut" ? "cut" : "stalled";
  const { afterChunks } = answer;
  if (afterChunks === undefined) return { status: 0, outcome, billed: noUsage };
  let billed: Usage = noUsage;
  let sent: string;
  if (stream) {
    const events = renderStreamEvents(message).slice(0, afterChunks);
    billed = events.at(-1)?.billed ?? noUsage;
    sent = events.map((event) => event.text).join("");
    response.writeHead(200, streamHeaders(requestId));
  } else {
    sent = firstHalf(renderMessageBody(message));
    response.writeHead(200, jsonHeaders(requestId));
  }
  response.flushHeaders();
  if (sent !== "") await new Promise<void>((resolve) => response.write(sent, () => resolve()));
  if (answer.fault === "cut") response.destroy();
  return { status: 200, outcome, billed };
}
