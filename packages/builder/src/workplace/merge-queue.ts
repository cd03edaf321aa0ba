/** Lets merges happen one at a time; of those that wait, the one whose task comes first in the plan goes first. */
export interface MergeQueue {
  run<T>(task: string, merge: () => Promise<T>): Promise<T>;
}

/** Creates a {@link MergeQueue}; `rankOf` is a task's place in the plan. */
export function createMergeQueue(rankOf: (task: string) => number): MergeQueue {
  const waiting: { rank: number; start: () => void }[] = [];
  let isBusy = false;
  const next = () => {
    waiting.sort((left, right) => left.rank - right.rank);
    const first = waiting.shift();
    isBusy = first !== undefined;
    first?.start();
  };
  return {
    async run(task, merge) {
      if (isBusy) await new Promise<void>((start) => waiting.push({ rank: rankOf(task), start }));
      isBusy = true;
      try {
        return await merge();
      } finally {
        next();
      }
    },
  };
}
