import type { Workbench } from "../workbench.ts";

/**
 * Runs a step once for its inputs: a result the journal already has for exactly these is used again. `reused` tells which it was.
 */
export async function runStep<T>(
  bench: Pick<Workbench, "journal">,
  step: { name: string; inputs: unknown },
  run: () => Promise<T>,
): Promise<{ value: T; reused: boolean }> {
  const known = bench.journal.find<T>(step.name, step.inputs);
  if (known !== undefined) return { value: known, reused: true };
  const value = await run();
  bench.journal.save(step.name, step.inputs, value);
  return { value, reused: false };
}

/** Runs `work` over the items with at most `limit` at a time; results in the order of the items. The first rejection rejects. */
export async function mapLimited<T, R>(items: T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
