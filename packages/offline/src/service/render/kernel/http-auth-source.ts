/** Text of `src/http/auth.js` in a generated service. */
export const httpAuthSource = `import { createHash, timingSafeEqual } from "node:crypto";
import { settings } from "../settings.js";
import { ApiError } from "./errors.js";

const challenge = settings.auth.scheme === "bearer" ? "Bearer" : "ApiKey";

/**
 * Makes the check of a request's credential. The comparison takes the same time whatever was sent.
 *
 * @param {string} credential
 * @returns {(request: import("node:http").IncomingMessage) => void} throws a 401 when the credential is missing or wrong
 */
export function createGuard(credential) {
  const wanted = digest(credential);
  return (request) => {
    const sent = readCredential(request.headers[settings.auth.header]);
    if (sent === undefined || !timingSafeEqual(digest(sent), wanted)) {
      throw new ApiError(401, "unauthorized", "Send a valid credential.", {
        headers: { "www-authenticate": \`\${challenge} realm="\${settings.name}"\` },
      });
    }
  };
}

function readCredential(header) {
  if (typeof header !== "string") return undefined;
  if (settings.auth.scheme !== "bearer") return header;
  return /^Bearer +(\\S+)$/i.exec(header)?.[1];
}

function digest(text) {
  return createHash("sha256").update(text).digest();
}
`;
