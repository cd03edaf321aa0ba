import type { CallScope } from "./scope.ts";
import type { Usage } from "./usage.ts";

/** Millionths of a US dollar, always an integer. */
export type MicroUsd = number;

/** What changes the price of a whole call. */
export interface CallTerms {
  /** Part of a message batch. */
  batch?: boolean;
  /** Asked for, and served at, the fast speed. */
  fast?: boolean;
  /** Kept to the United States. */
  usOnly?: boolean;
}

/** Worst case of a call about to be made; a meter prices its input at the dearest rate the model has (a cache write for an hour). */
export interface ReserveRequest {
  model: string;
  /** Upper bound of the prompt's tokens. */
  inputTokens: number;
  /** The call's `max_tokens`. */
  maxOutputTokens: number;
  /** Web searches the request allows the server to make; 0 when omitted. */
  maxWebSearches?: number;
  terms?: CallTerms | undefined;
  scope: CallScope;
}

/** Which cap a refused call would have broken. */
export type CapKind = "build" | "phase" | "task" | "day";

export type ReserveResult =
  | { granted: true; reservationId: number; reservedMicroUsd: MicroUsd }
  | {
      granted: false;
      reason: string;
      /** "build" when omitted. */
      cap?: CapKind | undefined;
      capMicroUsd: MicroUsd;
      spentMicroUsd: MicroUsd;
      neededMicroUsd: MicroUsd;
    };

/** How a call ended, for the ledger. */
export interface CallOutcome {
  /**
   * answered: a whole answer · cut: the stream broke, usage is what its events said so far · failed: an error status, nothing billed ·
   * unknown: no word on usage at all. What cut and unknown calls cost may be more than `usage`, so a meter keeps their reservation against the cap.
   */
  status: "answered" | "cut" | "failed" | "unknown";
  model: string;
  usage: Usage;
  /** The answer's message id ("msg_…"), where one came. */
  messageId: string | undefined;
  latencyMs: number;
  callNumber: number;
  terms?: CallTerms | undefined;
  /** The status of the answer, where one came. */
  httpStatus?: number | undefined;
  /** Milliseconds to the first byte of the answer. */
  firstByteMs?: number | undefined;
}

/** One line of the ledger. */
export interface CostEntry {
  id: number;
  scope: CallScope;
  model: string;
  usage: Usage;
  /** Undefined where the model's price is not known; never zero by default. */
  costMicroUsd: MicroUsd | undefined;
  status: CallOutcome["status"];
  messageId: string | undefined;
  latencyMs: number;
  callNumber: number;
  terms?: CallTerms | undefined;
  httpStatus?: number | undefined;
  firstByteMs?: number | undefined;
  /** ISO 8601. */
  at: string;
}

export interface CostTotals {
  calls: number;
  usage: Usage;
  costMicroUsd: MicroUsd;
  /** Calls whose price is unknown; their cost is not in `costMicroUsd`. */
  unpricedCalls: number;
  reservedMicroUsd: MicroUsd;
  capMicroUsd: MicroUsd | undefined;
}

/** Reserves the worst case of a call before it is made and books what it really was. Synchronous: nothing can slip between. */
export interface CostMeter {
  reserve(request: ReserveRequest): ReserveResult;
  settle(reservationId: number, outcome: CallOutcome): CostEntry;
  totals(): CostTotals;
}
