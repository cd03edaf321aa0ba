import type { Build } from "@ccb/builder";
import { exitCodes } from "../exit-codes.ts";

/**
 * First Ctrl-C (or SIGTERM, or a closed terminal): the build is stopped cleanly. Second: the process ends at once; sessions die with it. Returns how to stop
 * listening.
 */
export function stopOnSignals(options: { build: Pick<Build, "stop">; onFirst: () => void }): () => void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(exitCodes.stopped);
    stopping = true;
    options.onFirst();
    options.build.stop();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
