import type { TaskRunFailure, TaskRunLimits } from "@ccb/core";

/** Why a session is ended from outside. */
export type StopCause =
  | { status: "limit" | "aborted" | "failed"; reason: string; failure?: TaskRunFailure }
  /** It gave its result and does not go. */
  | { status: "settled" }
  | { status: "bug"; reason: string; error: unknown };

const settleMs = 5_000;

/** Ends a session that shows no sign of life, takes too long, or is not wanted any more. */
export interface SessionWatch {
  /** Resolves once, with the first cause; never when the session ends by itself. */
  readonly stopped: Promise<StopCause>;
  readonly cause: StopCause | undefined;
  /** A sign of life. */
  touch(): void;
  /** The result is there: the process gets five seconds to go, unless another sign of life shows that it goes on. */
  settle(): void;
  stop(cause: StopCause): void;
  /** Frees the timers and the signal. */
  close(): void;
}

/** Watches one session: idle time, total time (timers run on the monotonic clock) and the caller's signal. */
export function createSessionWatch(options: { limits: TaskRunLimits; signal: AbortSignal | undefined }): SessionWatch {
  const { limits, signal } = options;
  const { promise: stopped, resolve } = Promise.withResolvers<StopCause>();
  let cause: StopCause | undefined;
  const stop = (next: StopCause) => {
    cause ??= next;
    resolve(cause);
  };
  const idleCause: StopCause = {
    status: "limit",
    reason: `The session showed no sign of life for ${seconds(limits.idleMs)}.`,
    failure: { limit: "idle" },
  };
  const arm = (ms: number, next: StopCause) => setTimeout(() => stop(next), ms);
  let silence = arm(limits.idleMs, idleCause);
  let settled = false;
  const rearm = (ms: number, next: StopCause) => {
    clearTimeout(silence);
    silence = arm(ms, next);
  };
  const total = arm(limits.totalMs, {
    status: "limit",
    reason: `The session took longer than the ${seconds(limits.totalMs)} it was given.`,
    failure: { limit: "time" },
  });
  const onAbort = () => stop({ status: "aborted", reason: "The session was stopped on request." });
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    stopped,
    get cause() {
      return cause;
    },
    touch() {
      if (settled) rearm(limits.idleMs, idleCause);
      else silence.refresh();
      settled = false;
    },
    settle() {
      settled = true;
      rearm(settleMs, { status: "settled" });
    },
    stop,
    close() {
      clearTimeout(silence);
      clearTimeout(total);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}
