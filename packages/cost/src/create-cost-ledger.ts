import { randomUUID } from "node:crypto";
import {
  type CallOutcome,
  CcbError,
  type Clock,
  type CostEntry,
  type CostMeter,
  type CostTotals,
  type MicroUsd,
  type ModelPrices,
  noUsage,
  type ReserveRequest,
  type ReserveResult,
  systemClock,
} from "@ccb/core";
import type { Store } from "@ccb/store";
import { type CostDimension, type CostFilter, listEntries, sumEntriesBy } from "./_cost-queries.ts";
import type { Reservation } from "./_cost-rows.ts";
import { createCostTable } from "./_cost-table.ts";
import { findBrokenCap, listCaps } from "./_find-broken-cap.ts";
import { createPriceTable, type PriceTable } from "./price-table.ts";

export interface CostLedgerOptions {
  /** Opened with `costMigrations`. */
  store: Store;
  /** The build whose calls are booked and whose cap is kept. */
  build: string;
  /** Micro-dollars the build may cost; no cap when omitted. */
  capMicroUsd?: MicroUsd;
  /** Micro-dollars that each phase, each task and each day (UTC) may cost; no such cap when omitted. */
  caps?: {
    phaseMicroUsd?: MicroUsd | undefined;
    taskMicroUsd?: MicroUsd | undefined;
    dayMicroUsd?: MicroUsd | undefined;
  };
  /** What models cost; the list prices of core's catalogue unless given. */
  prices?: PriceTable;
  /** Prices that count against the cap for a model whose price is not known, where `prices` is not given. Default: the dearest of every kind in the catalogue. */
  unknownModelWorstCase?: ModelPrices;
  /** Names this run of the program in the table; a fresh UUID by default. */
  session?: string;
  clock?: Clock;
}

/** Totals of a build, and what stands against its cap beyond the known cost. */
export interface CostLedgerTotals extends CostTotals {
  /** Worst case of calls whose cost is not known (no answer, a cut stream, a model without a price), less what is known of it. */
  heldMicroUsd: MicroUsd;
  /** What may still be reserved; undefined without a cap. */
  remainingMicroUsd: MicroUsd | undefined;
}

/** The sums of one agent, phase, task, model, day (UTC) or whatever the calls were grouped by. */
export interface CostBreakdownRow extends Pick<CostTotals, "calls" | "usage" | "costMicroUsd" | "unpricedCalls"> {
  /** Undefined for calls outside of a phase or task. */
  key: string | undefined;
}

/** The ledger of one build. */
export interface CostLedger extends CostMeter {
  totals(): CostLedgerTotals;
  entries(filter?: CostFilter): CostEntry[];
  /** Dearest first. */
  breakdown(by: CostDimension, filter?: CostFilter): CostBreakdownRow[];
  /**
   * Books calls that a process which is gone had reserved and never settled: outcome unknown, worst case kept against the cap. Call it once after
   * taking the project's lock; until then they count as reserved.
   */
  settleAbandoned(): CostEntry[];
}

/**
 * Opens the ledger of a build.
 *
 * `reserve` is granted only while cost, held worst cases, open reservations and the new call's worst case together stay within the cap. Everything
 * is in the database, in one transaction each, so the cap also holds over restarts and over several processes. `settle` books the truth even where it is
 * more than was reserved. Both throw a CcbError: `usage` for a reservation that is not open and for amounts that are no counts, `store-failed` when
 * the database fails.
 */
export function createCostLedger(options: CostLedgerOptions): CostLedger {
  const { store, build, capMicroUsd, clock = systemClock, session = randomUUID() } = options;
  const prices = options.prices ?? createPriceTable({ unknownModel: options.unknownModelWorstCase });
  const caps = listCaps(options);
  for (const { kind, amount } of caps)
    requireCount(kind === "build" ? "cap in micro-dollars" : `cap of a ${kind} in micro-dollars`, amount);
  const table = createCostTable({ store, build, session, clock });
  let areCapsKept = false;

  function reserve(request: ReserveRequest): ReserveResult {
    requireCount("input tokens", request.inputTokens);
    requireCount("maximum of output tokens", request.maxOutputTokens);
    requireCount("maximum of web searches", request.maxWebSearches ?? 0);
    const neededMicroUsd = prices.worstCase(request, clock.now().toISOString());
    return store.transaction((): ReserveResult => {
      if (!areCapsKept) table.keepCaps(caps);
      areCapsKept = true;
      const broken = neededMicroUsd > 0 ? findBrokenCap({ table, caps, clock }, request, neededMicroUsd) : undefined;
      if (broken) return { granted: false, ...broken, neededMicroUsd, spentMicroUsd: totals().costMicroUsd };
      return { granted: true, reservationId: table.reserve(request, neededMicroUsd), reservedMicroUsd: neededMicroUsd };
    });
  }

  function book(reservation: Reservation, outcome: CallOutcome): CostEntry {
    const { model, usage, terms } = outcome;
    const priced = prices.price(model, usage, { terms, at: clock.now().toISOString() });
    const known = priced ?? prices.countUnknown(usage, terms);
    return table.book(reservation, outcome, planBooking(outcome.status, { priced, known, reservation }));
  }

  function settle(reservationId: number, outcome: CallOutcome): CostEntry {
    return store.transaction(() => {
      const reservation = table.findReservation(reservationId);
      if (!reservation) throw notOpen(reservationId, build);
      return book(reservation, outcome);
    });
  }

  function settleAbandoned(): CostEntry[] {
    return store.transaction(() =>
      table.listAbandoned().map((reservation) => book(reservation, lostCall(reservation))),
    );
  }

  function totals(): CostLedgerTotals {
    const { countedMicroUsd, ...sums } = table.sums();
    const reservedMicroUsd = table.reserved();
    const remainingMicroUsd =
      capMicroUsd === undefined ? undefined : Math.max(0, capMicroUsd - countedMicroUsd - reservedMicroUsd);
    const heldMicroUsd = countedMicroUsd - sums.costMicroUsd;
    return { ...sums, reservedMicroUsd, heldMicroUsd, capMicroUsd, remainingMicroUsd };
  }

  return {
    reserve,
    settle,
    settleAbandoned,
    totals,
    entries: (filter = {}) => listEntries(store, build, filter),
    breakdown: (by, filter = {}) =>
      sumEntriesBy(store, build, { by, filter }).map(({ key, sums: { countedMicroUsd: _counted, ...sums } }) => ({
        key,
        ...sums,
      })),
  };
}

/** What a call is said to have cost, and what of it stands against the caps. */
function planBooking(
  status: CallOutcome["status"],
  call: { priced: MicroUsd | undefined; known: MicroUsd; reservation: Reservation },
): { cost: MicroUsd | undefined; counted: MicroUsd } {
  const { priced, known, reservation } = call;
  switch (status) {
    case "answered":
      return { cost: priced, counted: known };
    case "failed":
      // Nothing is billed for an error status, whatever the model's price is.
      return { cost: known === 0 ? 0 : priced, counted: known };
    case "cut":
      // The bill may be higher than what arrived.
      return { cost: priced, counted: Math.max(known, reservation.reservedMicroUsd) };
    case "unknown":
      return { cost: undefined, counted: Math.max(known, reservation.reservedMicroUsd) };
  }
}

function lostCall(reservation: Reservation): CallOutcome {
  return {
    status: "unknown",
    model: reservation.model,
    terms: reservation.terms,
    usage: noUsage,
    messageId: undefined,
    latencyMs: 0,
    callNumber: 0,
  };
}

function requireCount(what: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new CcbError({
    code: "usage",
    message: `The ${what} must be a whole number from 0; received ${value}. Nothing was reserved.`,
    hint: "Round tokens up; leave the cap out where there is none.",
  });
}

function notOpen(reservationId: number, build: string): CcbError {
  return new CcbError({
    code: "usage",
    message: `Reservation ${reservationId} of build ${build} is not open: it was settled before, or never granted. Nothing was booked.`,
    hint: "Settle every granted reservation exactly once.",
    details: { reservationId, build },
  });
}
