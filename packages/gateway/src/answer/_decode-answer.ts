import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";

/**
 * The answer's bytes in the clear. The upstream is asked for identity encoding, but some compress all the same; `isDecoded` tells that
 * the headers on encoding and length no longer hold.
 */
export function decodeAnswer(answer: IncomingMessage): { source: Readable; isDecoded: boolean } {
  const decoder = createDecoder(answer.headers["content-encoding"]);
  if (!decoder) return { source: answer, isDecoded: false };
  // An error of either end destroys the other; it reaches the reader as the source's "error" and "close".
  return { source: pipeline(answer, decoder, () => undefined), isDecoded: true };
}

function createDecoder(encoding: string | undefined) {
  switch (encoding?.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "br":
      return createBrotliDecompress();
    case "deflate":
      return createInflate();
    case "zstd":
      return createZstdDecompress();
    default:
      return undefined;
  }
}
