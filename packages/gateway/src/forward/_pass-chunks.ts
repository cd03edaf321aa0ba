import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";

/**
 * Passes the chunks of an answer on, each in the turn of the event loop it came in: the chunks that one read brought go out in one write, which
 * saves a fast stream most of its writes and delays none. A client that reads slowly stops the source.
 */
export function passChunks(source: Readable, response: ServerResponse): { pass(chunk: Buffer): void; flush(): void } {
  // Not `response.cork()`: measured ten times slower with a fast stream and a slow reader.
  let waiting: Buffer[] = [];
  const flush = () => {
    const [first, ...more] = waiting;
    if (!first || response.destroyed) return;
    waiting = [];
    if (response.write(more.length === 0 ? first : Buffer.concat([first, ...more]))) return;
    source.pause();
    response.once("drain", () => source.resume());
  };
  return {
    pass(chunk) {
      if (waiting.push(chunk) === 1) process.nextTick(flush);
    },
    flush,
  };
}
