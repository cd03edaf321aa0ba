import type { Clock } from "@ccb/core";
import type { Store } from "@ccb/store";

/** Keeps a copy of the journal beside it, for when the journal itself is damaged. */
export interface JournalBackup {
  /** Has a copy made as soon as the next is due. */
  request(): void;
  /** Makes the copy that was requested last, if it is not made yet, and no other after it. Close the journal only then. */
  close(): Promise<void>;
}

/** Milliseconds from a request to the copy at least: a resumed build passes its first stages without one. */
const leastWaitMs = 250;
/** From one copy to the next passes this many times what the last one took, so that a journal of any size costs a twentieth of the time at most. */
const restFactor = 20;

/**
 * Creates a {@link JournalBackup}; a copy that cannot be made is told of once and ends nothing. What a copy lacks when the journal is lost is found again in the commits of
 * the tasks.
 */
export function createJournalBackup(options: {
  store: Store;
  path: string;
  clock: Clock;
  onProblem: (message: string) => void;
}): JournalBackup {
  const { clock } = options;
  let isWanted = false;
  let timer: NodeJS.Timeout | undefined;
  let copying: Promise<void> | undefined;
  let restUntilMs = 0;
  let isTold = false;
  let isClosing = false;

  async function copy(): Promise<void> {
    isWanted = false;
    const startedMs = clock.monotonicMs();
    await copyOnce(options).catch((cause: unknown) => {
      if (isTold) return;
      isTold = true;
      options.onProblem(`No copy of the journal could be made: ${cause instanceof Error ? cause.message : cause}`);
    });
    const endedMs = clock.monotonicMs();
    restUntilMs = endedMs + restFactor * (endedMs - startedMs);
  }

  /** One copy at a time; the next is due after a rest, unless this was the last. */
  function schedule(): void {
    if (isClosing || timer || copying) return;
    const waitMs = Math.max(leastWaitMs, restUntilMs - clock.monotonicMs());
    timer = setTimeout(() => {
      timer = undefined;
      copying = copy().finally(() => {
        copying = undefined;
        if (isWanted) schedule();
      });
    }, waitMs);
  }

  return {
    request() {
      isWanted = true;
      schedule();
    },
    async close() {
      isClosing = true;
      clearTimeout(timer);
      await copying;
      if (isWanted) await copy();
    },
  };
}

/** What is in the copy is also folded into the database: a log that is lost then takes little with it. */
async function copyOnce({ store, path }: { store: Store; path: string }): Promise<void> {
  await store.copyTo(path);
  store.database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}
