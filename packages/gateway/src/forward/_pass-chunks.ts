import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";

/** The answer to a client, fed with what the upstream sends. */
export interface ChunkPasser {
  pass(chunk: Buffer): void;
  /** Delivers at once what waits for the end of the turn. */
  flush(): void;
}

/**
 * Passes the chunks of an answer on, each in the turn of the event loop it came in: the chunks that one read brought are joined and go out in one write, which
 * saves a fast stream most of its work and delays none. A client that reads slowly stops the source. `deliver` gets the joined bytes before they are written, also where the
 * client has left, and has to send them.
 */
export function passChunks(
  source: Readable,
  response: ServerResponse,
  deliver: (bytes: Buffer, send: (bytes: Buffer) => void) => void = (bytes, send) => send(bytes),
): ChunkPasser {
  // Not `response.cork()`: measured ten times slower with a fast stream and a slow reader.
  let waiting: Buffer[] = [];
  const send = (bytes: Buffer) => {
    if (response.destroyed || response.write(bytes)) return;
    source.pause();
    response.once("drain", () => source.resume());
  };
  const flush = () => {
    const [first, ...more] = waiting;
    if (!first) return;
    waiting = [];
    deliver(more.length === 0 ? first : Buffer.concat([first, ...more]), send);
  };
  return {
    pass(chunk) {
      if (waiting.push(chunk) === 1) process.nextTick(flush);
    },
    flush,
  };
}
