import type { ServerResponse } from "node:http";

/** Error types of the Anthropic API with their status codes. */
const statusOf = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  api_error: 502,
  overloaded_error: 529,
} as const;

export interface AnthropicError {
  type: keyof typeof statusOf;
  message: string;
}

/** The body of an error as the Anthropic API writes it. */
export function anthropicErrorBody(error: AnthropicError): { type: "error"; error: AnthropicError } {
  return { type: "error", error: { type: error.type, message: error.message } };
}

/** Answers with an error of the Anthropic API's shape; nothing happens where the answer has begun or the client is gone. */
export function sendError(response: ServerResponse, error: AnthropicError): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(anthropicErrorBody(error));
  const isOurs = error.type !== "api_error" && error.type !== "overloaded_error";
  response.writeHead(statusOf[error.type], {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    // Anthropic's SDKs obey it: what this gateway refuses, it refuses again.
    ...(isOurs ? { "x-should-retry": "false" } : {}),
  });
  response.end(body);
}

export function statusOfError(error: AnthropicError): number {
  return statusOf[error.type];
}
