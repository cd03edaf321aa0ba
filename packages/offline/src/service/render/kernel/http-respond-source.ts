/** Text of `src/http/respond.js` in a generated service. */
export const httpRespondSource = `import { errorBody } from "./error-body.js";
import { ApiError } from "./errors.js";

/**
 * @typedef {object} ServiceResponse
 * @property {number} status
 * @property {Record<string, string>} [headers]
 * @property {unknown} [body] sent as JSON; nothing is sent when it is undefined
 */

/**
 * @param {import("node:http").ServerResponse} response
 * @param {ServiceResponse} answer
 */
export function sendAnswer(response, answer) {
  const text = answer.body === undefined ? "" : JSON.stringify(answer.body);
  const headers = { "x-content-type-options": "nosniff", "cache-control": "no-store", ...answer.headers };
  if (answer.body !== undefined) headers["content-type"] ??= "application/json; charset=utf-8";
  if (answer.status !== 204) headers["content-length"] = String(Buffer.byteLength(text));
  response.writeHead(answer.status, headers);
  response.end(text);
}

/**
 * Turns whatever was thrown into an answer. Unknown errors are logged and never shown to the client.
 *
 * @param {unknown} error
 * @returns {ServiceResponse}
 */
export function answerError(error) {
  if (error instanceof ApiError) {
    return { status: error.status, headers: error.headers, body: errorBody(error) };
  }
  console.error(error);
  return { status: 500, body: errorBody(new ApiError(500, "internal_error", "Something went wrong on our side.")) };
}
`;
