import {
  addUsage,
  type CallScope,
  type CostEntry,
  type CostMeter,
  findModel,
  type MicroUsd,
  noUsage,
  type Usage,
} from "@ccb/core";

/**
 * A cost meter that keeps its ledger in memory; with `capMicroUsd` it refuses what could go beyond. Calls that were cut or of which nothing is known
 * keep their reservation against the cap, as the port demands.
 */
export function createMemoryMeter(options: { capMicroUsd?: MicroUsd } = {}): CostMeter & {
  entries: CostEntry[];
  openReservations(): number;
} {
  const open = new Map<number, { scope: CallScope; microUsd: MicroUsd }>();
  const entries: CostEntry[] = [];
  const spent = () => entries.reduce((sum, entry) => sum + (entry.costMicroUsd ?? 0), 0);
  const reserved = () => [...open.values()].reduce((sum, { microUsd }) => sum + microUsd, 0);
  let held = 0;
  let ids = 0;
  return {
    entries,
    openReservations: () => open.size,
    reserve({ model, inputTokens, maxOutputTokens, maxWebSearches = 0, scope }) {
      const microUsd = priceUsage(model, {
        ...noUsage,
        cacheWrite1hTokens: inputTokens,
        outputTokens: maxOutputTokens,
        webSearchRequests: maxWebSearches,
      });
      const capMicroUsd = options.capMicroUsd ?? Number.MAX_SAFE_INTEGER;
      const spentMicroUsd = spent();
      if (spentMicroUsd + held + reserved() + microUsd > capMicroUsd) {
        const reason = `the next call may cost ${microUsd} micro-dollars, ${spentMicroUsd} of ${capMicroUsd} are spent`;
        return { granted: false, reason, capMicroUsd, spentMicroUsd, neededMicroUsd: microUsd };
      }
      open.set(++ids, { scope, microUsd });
      return { granted: true, reservationId: ids, reservedMicroUsd: microUsd };
    },
    settle(reservationId, outcome) {
      const reservation = open.get(reservationId);
      if (!reservation) throw new Error(`reservation ${reservationId} is not open`);
      open.delete(reservationId);
      const { model, usage, status, messageId, latencyMs, callNumber, terms } = outcome;
      const costMicroUsd = status === "unknown" ? undefined : priceUsage(model, usage);
      if (status === "cut" || status === "unknown") held += Math.max(0, reservation.microUsd - (costMicroUsd ?? 0));
      const entry: CostEntry = {
        id: entries.length + 1,
        scope: reservation.scope,
        costMicroUsd,
        at: new Date().toISOString(),
        model,
        usage,
        status,
        messageId,
        latencyMs,
        callNumber,
        terms,
      };
      entries.push(entry);
      return entry;
    },
    totals: () => ({
      calls: entries.length,
      usage: entries.reduce((sum, entry) => addUsage(sum, entry.usage), noUsage),
      costMicroUsd: spent(),
      unpricedCalls: 0,
      reservedMicroUsd: reserved(),
      capMicroUsd: options.capMicroUsd,
    }),
  };
}

/** Micro-dollars of a usage at list price; dollars a million tokens are micro-dollars a token. */
export function priceUsage(model: string, usage: Usage): MicroUsd {
  const info = findModel(model);
  if (!info) throw new Error(`no price for ${model}`);
  const { prices } = info;
  return Math.ceil(
    usage.inputTokens * prices.input +
      usage.outputTokens * prices.output +
      usage.cacheReadTokens * prices.cacheRead +
      usage.cacheWrite5mTokens * prices.cacheWrite5m +
      usage.cacheWrite1hTokens * prices.cacheWrite1h +
      usage.webSearchRequests * prices.webSearch * 1_000_000,
  );
}
