import type { IncomingMessage } from "node:http";

/** A request's whole body; what is larger than the limit is not kept. */
export type BodyResult = { outcome: "read"; body: Buffer } | { outcome: "too-large" } | { outcome: "gone" };

/** Reads a request's body up to `maxBytes`; "gone" when the client hung up first. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyResult> {
  return new Promise((resolve) => {
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) return resolve({ outcome: "too-large" });
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        request.pause();
        resolve({ outcome: "too-large" });
      } else chunks.push(chunk);
    });
    request.on("end", () =>
      resolve({ outcome: "read", body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) }),
    );
    // After "end" these change nothing: a promise settles once.
    request.on("error", () => resolve({ outcome: "gone" }));
    request.on("close", () => resolve({ outcome: "gone" }));
  });
}
