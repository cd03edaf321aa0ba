import { addUsage, noUsage, type Usage } from "@ccb/core";
import type { RecordedCall } from "./read-build-record.ts";

/** How some measurements are spread; undefined figures where there are none. */
export interface Distribution {
  count: number;
  median: number | undefined;
  p95: number | undefined;
  p99: number | undefined;
  most: number | undefined;
  /** How many lie at or below `upTo` and above the bucket before; the last has no upper limit. */
  buckets: { upTo: number | undefined; count: number }[];
}

/** Upper limits of the buckets in milliseconds. */
const latencyLimits = [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];

/** Percentiles (nearest rank) and a histogram of some milliseconds. Pure. */
export function measureDistribution(values: readonly number[]): Distribution {
  const sorted = values.toSorted((left, right) => left - right);
  const rank = (part: number): number | undefined => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  const limits = [...latencyLimits, undefined];
  let before = 0;
  const buckets = limits.map((upTo) => {
    const within = upTo === undefined ? sorted.length : sorted.filter((value) => value <= upTo).length;
    const count = within - before;
    before = within;
    return { upTo, count };
  });
  return { count: sorted.length, median: rank(0.5), p95: rank(0.95), p99: rank(0.99), most: sorted.at(-1), buckets };
}

/** The calls of one agent, phase, task or model together. */
export interface CallSums {
  name: string;
  calls: number;
  usage: Usage;
  tokens: number;
  costMicroUsd: number;
  /** Calls whose price is unknown; their cost is not in `costMicroUsd`. */
  unpricedCalls: number;
}

/** Sums the calls by a name, dearest first, then by tokens. Pure. */
export function sumCallsBy(calls: readonly RecordedCall[], nameOf: (call: RecordedCall) => string): CallSums[] {
  const groups = new Map<string, CallSums>();
  for (const call of calls) {
    const name = nameOf(call);
    const sums = groups.get(name) ?? { name, calls: 0, usage: noUsage, tokens: 0, costMicroUsd: 0, unpricedCalls: 0 };
    groups.set(name, {
      name,
      calls: sums.calls + 1,
      usage: addUsage(sums.usage, call.usage),
      tokens: sums.tokens + tokensOf(call.usage),
      costMicroUsd: sums.costMicroUsd + (call.costMicroUsd ?? 0),
      unpricedCalls: sums.unpricedCalls + (call.costMicroUsd === undefined ? 1 : 0),
    });
  }
  return [...groups.values()].sort(
    (left, right) => right.costMicroUsd - left.costMicroUsd || right.tokens - left.tokens,
  );
}

/** Everything that was read and written, from the cache or not. */
export function tokensOf(usage: Usage): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } = usage;
  return inputTokens + outputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens;
}
