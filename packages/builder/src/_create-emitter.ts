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
}

/** Numbers events, keeps them in the journal and publishes them: first kept, then told. */
export function createEmitter({ journal, clock, publish }: EmitterOptions): Emitter {
  let sequence = journal.lastSequence();
  let depth = 0;
  let waiting: BuildEvent[] = [];

  function atomically<T>(work: () => T): T {
    const [sequenceBefore, waitingBefore] = [sequence, waiting.length];
    depth += 1;
    let result: T;
    try {
      result = journal.transaction(work);
    } catch (error) {
      sequence = sequenceBefore;
      waiting = waiting.slice(0, waitingBefore);
      throw error;
    } finally {
      depth -= 1;
    }
    if (depth === 0) {
      const kept = waiting;
      waiting = [];
      for (const event of kept) publish(event);
    }
    return result;
  }

  return {
    atomically,
    emit: (body) =>
      atomically(() => {
        const event: BuildEvent = { ...body, sequence: ++sequence, at: clock.now().toISOString() };
        journal.event(event);
        waiting.push(event);
      }),
  };
}
