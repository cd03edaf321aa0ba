/** Text of `src/http/request.js` in a generated service. */
export const httpRequestSource = `import { settings } from "../settings.js";
import { ApiError } from "./errors.js";

/**
 * @typedef {object} ServiceRequest
 * @property {Record<string, string>} params values of the path parameters
 * @property {URLSearchParams} query
 * @property {unknown} body the parsed JSON body, undefined when the route reads none
 */

/**
 * Reads and parses a JSON body. Refuses other content types, bodies over the limit and malformed JSON.
 *
 * @param {import("node:http").IncomingMessage} request
 */
export async function readJsonBody(request) {
  const type = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > settings.bodyLimitBytes) throw tooLarge();

  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > settings.bodyLimitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  if (size > 0 && type !== "application/json" && !type.endsWith("+json")) {
    throw new ApiError(415, "unsupported_media_type", "Send the body as application/json.");
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new ApiError(400, "malformed_json", "The body is not valid JSON.");
  }
}

function tooLarge() {
  return new ApiError(413, "body_too_large", \`The body is larger than \${settings.bodyLimitBytes} bytes.\`, {
    headers: { connection: "close" },
  });
}
`;
