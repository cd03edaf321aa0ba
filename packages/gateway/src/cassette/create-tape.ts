/** A recorded call as the tape knows it. */
export interface TapeEntry {
  number: number;
  /** Of `laneOf`. */
  lane: string;
  /** Equal for calls whose normalised requests are equal. */
  key: string;
  /** It failed in a way that a client tries again: no answer, a broken one, or a status like 429 and 529. */
  isFailed: boolean;
}

export interface Tape {
  /**
   * The recorded call for a request: the first of its lane with the same key that was not taken. Failed tries of it that were followed by a better one are passed over. Undefined
   * where there is none.
   */
  take(call: { lane: string; key: string }): TapeEntry | undefined;
  /** What of a lane was not taken, in order. */
  open(lane: string): TapeEntry[];
  /** Takes a call although its request was another. */
  force(number: number): void;
  /** All that was neither taken nor passed over. */
  unused(): TapeEntry[];
  /** How many failed tries were passed over. */
  passedOver(): number;
}

/**
 * Keeps track of which recorded calls were asked for again. Calls of different lanes may come in any order, and so may different calls of one lane: what is written side by side
 * in one run need not come in the same order in the next.
 */
export function createTape(entries: readonly TapeEntry[]): Tape {
  const lanes = new Map<string, TapeEntry[]>();
  for (const entry of entries) lanes.set(entry.lane, [...(lanes.get(entry.lane) ?? []), entry]);
  let passed = 0;
  const remove = (lane: string, gone: ReadonlySet<TapeEntry>) => {
    lanes.set(
      lane,
      open(lane).filter((entry) => !gone.has(entry)),
    );
  };
  const open = (lane: string) => lanes.get(lane) ?? [];
  return {
    take({ lane, key }) {
      const fitting = open(lane).filter((entry) => entry.key === key);
      const good = fitting.findIndex((entry) => !entry.isFailed);
      const found = fitting[Math.max(0, good)];
      if (!found) return undefined;
      const before = fitting.slice(0, Math.max(0, good));
      passed += before.length;
      remove(lane, new Set([...before, found]));
      return found;
    },
    open: (lane) => [...open(lane)],
    force(number) {
      for (const lane of lanes.keys()) remove(lane, new Set(open(lane).filter((entry) => entry.number === number)));
    },
    unused: () => [...lanes.values()].flat().sort((left, right) => left.number - right.number),
    passedOver: () => passed,
  };
}
