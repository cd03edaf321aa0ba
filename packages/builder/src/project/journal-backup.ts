import type { Store } from "@ccb/store";

/** Keeps a copy of the journal beside it, for when the journal itself is damaged. */
export interface JournalBackup {
  /** Has a copy made as soon as the one under way is done. */
  request(): void;
  /** Waits until the last requested copy is made. */
  flush(): Promise<void>;
}

/** Creates a {@link JournalBackup}; a copy that cannot be made is told of once and ends nothing. */
export function createJournalBackup(options: {
  store: Store;
  path: string;
  onProblem: (message: string) => void;
}): JournalBackup {
  let isWanted = false;
  let copying: Promise<void> | undefined;
  let isTold = false;

  async function copyAll(): Promise<void> {
    while (isWanted) {
      isWanted = false;
      await options.store.copyTo(options.path).catch((cause: unknown) => {
        if (isTold) return;
        isTold = true;
        options.onProblem(`No copy of the journal could be made: ${cause instanceof Error ? cause.message : cause}`);
      });
    }
    copying = undefined;
  }

  return {
    request() {
      isWanted = true;
      copying ??= copyAll();
    },
    flush: async () => copying,
  };
}
