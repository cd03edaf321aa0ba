import { setTimeout as delay } from "node:timers/promises";

/** Resolves as soon as the condition holds; rejects when it does not within ten seconds. For states of the system that no event tells of. */
export async function awaitUntil(condition: () => boolean, what: string): Promise<void> {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > 10_000) throw new Error(`waited ten seconds for ${what}`);
    await delay(20);
  }
}
