/** Until when calls to a model are held back, because its server said so. */
export interface RateLimitHold {
  /** The server's host. */
  upstream: string;
  model: string;
  /** ISO 8601, wall time: it must outlive the process. */
  until: string;
  /** What the server said, in a few words. */
  reason: string;
}

/** Keeps holds over restarts, so that a resumed build waits too. Must not throw. */
export interface RateLimitHoldStore {
  load(): readonly RateLimitHold[];
  /** Replaces what is kept for the same upstream and model. */
  save(hold: RateLimitHold): void;
}
