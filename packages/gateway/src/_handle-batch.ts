import { noUsage } from "@ccb/core";
import { type AnthropicError, sendError } from "./_anthropic-error.ts";
import { clientLeft, type Exchange } from "./_handle-messages.ts";
import { handlePassThrough } from "./_handle-pass-through.ts";
import { unknownEnd } from "./answer/_read-call-end.ts";
import type { BatchCalls } from "./batch/create-open-batches.ts";
import { parseBody, parseRequest } from "./receive/_parse-request.ts";
import { openCall } from "./reserve/_open-call.ts";

/** Requests of one batch; each is reserved in a transaction of its own before the batch is sent. */
const mostRequests = 1_000;

/**
 * Answers `POST /v1/messages/batches`: every request's worst case is reserved at half price before the batch is forwarded, and booked when the client fetches the results
 * through the gateway. Until then the reservation counts against the cap.
 */
export async function handleBatch(exchange: Exchange): Promise<void> {
  const { response } = exchange;
  const opened = openCalls(exchange);
  if ("error" in opened) {
    sendError(response, opened.error);
    return;
  }
  const { calls, model } = opened;
  const [first] = calls.values();
  const overtaken = (await first?.confirm()) ?? (response.destroyed ? clientLeft : undefined);
  if (overtaken) {
    failAll(calls, undefined);
    sendError(response, overtaken);
    return;
  }
  const upstream = exchange.context.chooseUpstream(model);
  handlePassThrough({ ...exchange, upstream }, (end) => {
    const id = readId(end.body);
    if (end.outcome === "answered" && id !== undefined) exchange.context.batches.add(id, calls);
    else if (end.outcome === "failed") failAll(calls, end.status);
    else for (const call of calls.values()) call.finish(unknownEnd(call.asked));
  });
}

function openCalls(exchange: Exchange): { calls: BatchCalls; model: string } | { error: AnthropicError } {
  const { context, scope, endpoint } = exchange;
  const body = parseBody(exchange);
  if ("error" in body) return body;
  const { requests } = body.fields;
  if (!Array.isArray(requests) || requests.length === 0) return invalid("requests: a list is required");
  if (requests.length > mostRequests)
    return invalid(`a batch may have ${mostRequests} requests, not ${requests.length}`);
  const calls: BatchCalls = new Map();
  let model: string | undefined;
  const giveUp = (error: AnthropicError) => {
    failAll(calls, undefined);
    return { error };
  };
  for (const entry of requests as { custom_id?: unknown; params?: unknown }[]) {
    const id = entry?.custom_id;
    if (typeof id !== "string" || calls.has(id))
      return giveUp(invalid("each request needs a custom_id of its own").error);
    const params = entry.params;
    const bytes = Buffer.byteLength(JSON.stringify(params) ?? "");
    const parsed = parseRequest(context, { fields: params, bytes, terms: { batch: true } });
    if ("error" in parsed) return giveUp(parsed.error);
    model ??= parsed.asked.model;
    if (context.chooseUpstream(parsed.asked.model) !== context.chooseUpstream(model)) {
      return giveUp(invalid("the requests of a batch must go to one upstream").error);
    }
    const call = openCall(context, { scope, endpoint, asked: parsed.asked, requestBody: params });
    const refused = call.reserve();
    if (refused) return giveUp(refused);
    calls.set(id, call);
  }
  return { calls, model: model ?? "" };
}

/** Nothing is billed for a batch that was not taken. */
function failAll(calls: BatchCalls, status: number | undefined): void {
  for (const call of calls.values()) {
    const { model } = call.asked;
    call.finish({ outcome: "failed", status, model, usage: noUsage, messageId: undefined, responseBody: undefined });
  }
}

function readId(body: unknown): string | undefined {
  const id = typeof body === "object" && body !== null ? (body as { id?: unknown }).id : undefined;
  return typeof id === "string" ? id : undefined;
}

function invalid(what: string): { error: AnthropicError } {
  return { error: { type: "invalid_request_error", message: `CCB gateway: ${what}.` } };
}
