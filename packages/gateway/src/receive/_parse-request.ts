import type { CallTerms } from "@ccb/core";
import type { AnthropicError } from "../_anthropic-error.ts";
import type { GatewayContext } from "../_gateway-context.ts";
import type { Exchange } from "../_handle-messages.ts";
import type { AskedCall } from "../answer/_read-call-end.ts";
import { planWorstCase } from "../reserve/_plan-worst-case.ts";

type Fields = Record<string, unknown>;

/** The JSON object in a request's body, or why it cannot be read. */
export function parseBody(exchange: Exchange): { fields: Fields } | { error: AnthropicError } {
  const encoding = exchange.request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    return invalid(`the body is ${encoding}-encoded; a call can only be priced when it is sent unencoded`);
  }
  let body: unknown;
  try {
    body = JSON.parse(exchange.body.toString("utf8"));
  } catch (cause) {
    return invalid(`the body is not valid JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  return isFields(body) ? { fields: body } : invalid("the body is not a JSON object");
}

/** What a Messages request asks for, with the most that it can cost. */
export function parseRequest(
  context: GatewayContext,
  request: { fields: unknown; bytes: number; terms?: CallTerms },
): { asked: AskedCall; body: Fields } | { error: AnthropicError } {
  const { fields, bytes } = request;
  if (!isFields(fields)) return invalid("the request is not a JSON object");
  if (typeof fields.model !== "string" || fields.model === "") return invalid("model: a name is required");
  const worst = planWorstCase({ model: fields.model, bytes, body: fields }, context.estimate);
  const terms: CallTerms = {
    ...request.terms,
    ...(fields.speed === "fast" ? { fast: true } : {}),
    ...(fields.inference_geo === "us" ? { usOnly: true } : {}),
  };
  return { asked: { model: fields.model, worst, terms }, body: fields };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(what: string): { error: AnthropicError } {
  return { error: { type: "invalid_request_error", message: `CCB gateway: ${what}.` } };
}
