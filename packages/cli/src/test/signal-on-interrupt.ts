import { exitCodes } from "../exit-codes.ts";

/** A signal that the first Ctrl-C (or SIGTERM, or a closed terminal) aborts; the second ends the process at once, and what it started with it. */
export function signalOnInterrupt(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(exitCodes.stopped);
    controller.abort(new Error("stopped"));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
