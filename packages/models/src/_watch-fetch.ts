/** A fetch that tells when the server has gone silent. Armed only while a request is under way, never between two tries. */
export interface WatchedFetch {
  fetch: typeof globalThis.fetch;
  /** Stops watching; for a call that ended before its body did. */
  stop(): void;
}

/**
 * Wraps `fetch` so that `onIdle` is called after `idleMs` without a byte: neither headers nor a piece of the body. Server-sent pings count as
 * life, which is why this looks at bytes and not at the events that the SDK passes on.
 */
export function createWatchedFetch(options: {
  fetch: typeof globalThis.fetch;
  idleMs: number;
  onIdle: () => void;
}): WatchedFetch {
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    if (timer) timer.refresh();
    else timer = setTimeout(options.onIdle, options.idleMs);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    stop,
    fetch: async (input, init) => {
      arm();
      try {
        const response = await options.fetch(input, init);
        if (!response.body) {
          stop();
          return response;
        }
        arm();
        return new Response(watchBody(response.body, { arm, stop }), response);
      } catch (error) {
        stop();
        throw error;
      }
    },
  };
}

function watchBody(
  body: ReadableStream<Uint8Array>,
  watch: { arm: () => void; stop: () => void },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = await reader.read();
        if (piece.done) {
          watch.stop();
          controller.close();
        } else {
          watch.arm();
          controller.enqueue(piece.value);
        }
      } catch (error) {
        watch.stop();
        throw error;
      }
    },
    cancel(reason) {
      watch.stop();
      return reader.cancel(reason);
    },
  });
}
