import type { BuildEvent, BuildEventBody, Clock } from "@ccb/core";
import type { Journal } from "./journal/create-journal.ts";

export interface EmitterOptions {
  journal: Journal;
  clock: Clock;
  /** Called with each event once it is kept. */
  publish: (event: BuildEvent) => void;
}

export interface Emitter {
  emit: (body: BuildEventBody) => void;
  /** Runs `work` as one transaction of the journal; events emitted in it are published only once all of it is kept. */
  atomically: <T>(work: () => T) => T;
  /** The same for what many do at once: it does not hold the thread until the disk has it, and its events are published then. Wait for the journal's `durable` before anything that cannot be undone. */
  atomicallyLater: <T>(work: () => T) => T;
}

/** Numbers events, keeps them in the journal and publishes them: first kept, then told. */
export function createEmitter({ journal, clock, publish }: EmitterOptions): Emitter {
  let sequence = journal.lastSequence();
  let depth = 0;
  let waiting: BuildEvent[] = [];
  /** What went wrong beside the thread: nobody may go on as if it had not. */
  let failure: { cause: unknown } | undefined;

  function runAtomically<T>(work: () => T, disk: "now" | "later"): T {
    if (failure) throw failure.cause;
    const [sequenceBefore, waitingBefore] = [sequence, waiting.length];
    depth += 1;
    let result: T;
    try {
      result = journal.transaction(work, { disk });
    } catch (error) {
      sequence = sequenceBefore;
      waiting = waiting.slice(0, waitingBefore);
      throw error;
    } finally {
      depth -= 1;
    }
    if (depth > 0) return result;
    if (disk === "now") publishUpTo(sequence);
    else if (waiting.length > 0) publishOnceDurable(sequence);
    return result;
  }

  function publishUpTo(last: number): void {
    const kept = waiting.filter((event) => event.sequence <= last);
    waiting = waiting.filter((event) => event.sequence > last);
    for (const event of kept) publish(event);
  }

  /** In their order: what is kept at once in the meantime takes those before it to the disk, and is published after them. */
  function publishOnceDurable(last: number): void {
    journal
      .durable()
      .then(() => publishUpTo(last))
      .catch((cause: unknown) => {
        failure ??= { cause };
      });
  }

  const atomically = <T>(work: () => T) => runAtomically(work, "now");

  return {
    atomically,
    atomicallyLater: (work) => runAtomically(work, "later"),
    emit: (body) =>
      atomically(() => {
        const event: BuildEvent = { ...body, sequence: ++sequence, at: clock.now().toISOString() };
        journal.event(event);
        waiting.push(event);
      }),
  };
}
