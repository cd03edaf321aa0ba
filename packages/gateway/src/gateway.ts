import type {
  ApiCall,
  ApiCallLog,
  CallScope,
  CapKind,
  CcbError,
  Clock,
  CostEntry,
  CostMeter,
  MicroUsd,
  RateLimitHold,
  RateLimitHoldStore,
} from "@ccb/core";

/** Where calls are forwarded to: any server that speaks the Anthropic API. */
export interface GatewayUpstream {
  /** http or https; a path in it is kept ("https://host/anthropic"). */
  baseUrl: string;
  /** Sent as `x-api-key` in place of whatever the client sent. */
  apiKey?: string | undefined;
  /** Sent as `Authorization: Bearer …` in place of whatever the client sent. */
  authToken?: string | undefined;
  /** Set on every request, over the client's headers of the same name. */
  headers?: Record<string, string> | undefined;
  /** Let the client's own credentials through where neither `apiKey` nor `authToken` is given; otherwise none are sent. */
  passCredentials?: boolean | undefined;
  /** Where `apiKey` and `authToken` came from, in a few words ("environment variable X"), for `listKeyUses`. */
  keyFrom?: { apiKey?: string | undefined; authToken?: string | undefined } | undefined;
  /** Tell the server in the header `x-ccb-scope` whom each call belongs to; for the replay server, which looks its answers up by that. */
  sendScope?: boolean | undefined;
}

/** Where the calls of some models go instead. */
export interface GatewayRoute {
  /** Ids of models; `*` stands for any characters: ["kimi-*"]. */
  models: readonly string[];
  upstream: GatewayUpstream;
}

/** How much goes through at once. */
export interface GatewayLimits {
  /** Priced calls at the upstreams at once; default 256. */
  maxConcurrent?: number | undefined;
  /** Priced calls that wait for their turn; default 1,000. More are answered 429. */
  maxQueued?: number | undefined;
  /** Milliseconds that a call is held back at most; default 120,000. Where a server says to wait longer, the call is answered 429 at once. */
  maxHoldMs?: number | undefined;
}

/** A call that was not let through. */
export interface GatewayRefusal {
  callNumber: number;
  scope: CallScope;
  model: string;
  reason: string;
  /** Which cap it was. */
  cap: CapKind;
  capMicroUsd: MicroUsd;
  spentMicroUsd: MicroUsd;
  neededMicroUsd: MicroUsd;
}

/** A request that may have been answered before. */
export interface AnsweredRequest {
  /** SHA-256 over endpoint and body, in hex: equal for equal requests only. */
  hash: string;
  scope: CallScope;
}

/** Keeps answers, so that a call that was paid for once is not paid for again after a crash. */
export interface AnswerKeeper {
  /** The message that answered exactly this request before; undefined lets the call go to the upstream. Must not throw. */
  recall(request: AnsweredRequest): Record<string, unknown> | undefined;
  /** Told of every whole answer, within the transaction that books it. What it throws closes the gateway, like a meter's failure. */
  keep(request: AnsweredRequest, message: Record<string, unknown>): void;
}

/** One call as it was sent and what came back, in the clear. */
export interface SentExchange {
  scope: CallScope;
  /** ISO 8601. */
  at: string;
  method: string;
  /** Path and query below the upstream's base URL. */
  path: string;
  request: Buffer;
  /** Undefined where no answer began. */
  status: number | undefined;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
  /** Whole, broken off by the server, left by the client, or without an answer. */
  end: "whole" | "cut" | "left" | "none";
}

/** Keeps what went over the wire. */
export interface ExchangeRecorder {
  /** Told of every call at its end, which is passed on once it is kept. What it throws or rejects with is told to `onProblem` and ends nothing. */
  record(exchange: SentExchange): void | Promise<void>;
}

/** What an estimate of a prompt's tokens may look at. */
export interface PromptToEstimate {
  model: string;
  /** Length of the request body in bytes. */
  bytes: number;
  /** The parsed request body. */
  body: Record<string, unknown>;
}

export interface GatewayOptions {
  upstream: GatewayUpstream;
  /** Tried in order; a model that fits none goes to `upstream`. */
  routes?: readonly GatewayRoute[] | undefined;
  meter: CostMeter;
  /**
   * Asked right before each priced call is reserved, with its attempt number in the scope; what it answers is why the call is not let through. For fencing tokens: a task
   * that runs elsewhere by now must not spend. A throw refuses too.
   */
  beforeCall?: ((scope: CallScope) => { refuse: string } | undefined) | undefined;
  limits?: GatewayLimits | undefined;
  /** Keeps over restarts until when calls are held back. */
  holds?: RateLimitHoldStore | undefined;
  /** Told when a server has said to wait. Must not throw. */
  onHold?: ((hold: RateLimitHold) => void) | undefined;
  callLog?: ApiCallLog | undefined;
  /** Told of every call that went to an upstream, tries included. */
  recorder?: ExchangeRecorder | undefined;
  answers?: AnswerKeeper | undefined;
  /** Runs the reservation of a call, and its booking with the keeping of its answer and `onCall`, as one transaction each; without it they run one after the other. */
  atomically?: (<T>(work: () => T) => T) | undefined;
  /**
   * Resolves once the disk has what was reserved and booked so far; waited for before a call is sent and before the end of its answer is passed on. Needed where the meter or `atomically` does not wait for the
   * disk itself. What it rejects with closes the gateway, like a meter's failure.
   */
  durable?: (() => Promise<void>) | undefined;
  /** Told of every priced call as it is booked. Must not throw. */
  onCall?: ((call: ApiCall, entry: CostEntry) => void) | undefined;
  /** Told of every call the meter refused. Must not throw. */
  onRefusal?: ((refusal: GatewayRefusal) => void) | undefined;
  /** Told when the call log or the meter itself failed. Must not throw. A failed meter closes the gateway to priced calls. */
  onProblem?: ((error: CcbError) => void) | undefined;
  clock?: Clock | undefined;
  /** Upper bound of a prompt in tokens; `estimateInputTokens` of this package unless given. */
  estimateInputTokens?: ((prompt: PromptToEstimate) => number) | undefined;
  /** Default 127.0.0.1. */
  host?: string | undefined;
  /** Default 0: any free port. */
  port?: number | undefined;
  /** Bytes; default 64 MiB. A larger request is answered 413. */
  maxBodyBytes?: number | undefined;
  /** Milliseconds `close` waits for calls in flight; default 10,000. */
  drainMs?: number | undefined;
}

/** Counters since the start. */
export interface GatewayStats {
  /** Requests with a valid token. */
  requests: number;
  /** Requests that are being answered now. */
  inFlight: number;
  /** Priced calls that wait for their turn now. */
  queued: number;
  /** Priced calls that were sent back to come again later (429). */
  heldBack: number;
  answered: number;
  cut: number;
  failed: number;
  unknown: number;
  refused: number;
  /** Calls answered from what was kept; they cost nothing and are no entry of the ledger. */
  recalled: number;
  /** Requests without a valid token. */
  unauthorized: number;
  /** Calls that could not be written to the call log. */
  unloggedCalls: number;
}

export interface Gateway {
  /** "http://127.0.0.1:PORT". Not a base URL by itself: requests need a token, see `urlFor`. */
  url: string;
  /** A base URL whose every request is booked under `scope`; the same for an equal scope. Keep it as secret as a key. */
  urlFor(scope: CallScope): string;
  /** Takes no more requests, waits for those in flight up to `drainMs`, then breaks them off; all are booked when it resolves. */
  close(): Promise<void>;
  stats(): GatewayStats;
}
