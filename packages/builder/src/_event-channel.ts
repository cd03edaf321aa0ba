/** A queue between one writer and one reader: what is pushed comes out in order, `end` closes it after the last one. */
export interface EventChannel<T> extends AsyncIterable<T> {
  push(value: T): void;
  end(): void;
}

/** Creates an {@link EventChannel}; a reader that comes late gets everything from the start. */
export function createEventChannel<T>(): EventChannel<T> {
  const waiting: T[] = [];
  let ended = false;
  let wake: (() => void) | undefined;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  return {
    push(value) {
      if (ended) return;
      waiting.push(value);
      notify();
    },
    end() {
      ended = true;
      notify();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift() as T;
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
