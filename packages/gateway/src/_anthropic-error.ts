import type { ServerResponse } from "node:http";

/** Error types of the Anthropic API with their status codes. */
const statusOf = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 502,
  overloaded_error: 529,
} as const;

export interface AnthropicError {
  type: keyof typeof statusOf;
  message: string;
  /** When the client may come again, for `rate_limit_error`. */
  retryAfterMs?: number;
}

/** The body of an error as the Anthropic API writes it. */
export function anthropicErrorBody(error: AnthropicError): {
  type: "error";
  error: Pick<AnthropicError, "type" | "message">;
} {
  return { type: "error", error: { type: error.type, message: error.message } };
}

/** Answers with an error of the Anthropic API's shape; nothing happens where the answer has begun or the client is gone. */
export function sendError(response: ServerResponse, error: AnthropicError): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(anthropicErrorBody(error));
  const isFinal = !["api_error", "overloaded_error", "rate_limit_error"].includes(error.type);
  response.writeHead(statusOf[error.type], {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    // Anthropic's SDKs obey it: what this gateway refuses, it refuses again.
    ...(isFinal ? { "x-should-retry": "false" } : {}),
    ...(error.retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(error.retryAfterMs / 1_000)) }),
  });
  response.end(body);
}

export function statusOfError(error: AnthropicError): number {
  return statusOf[error.type];
}
