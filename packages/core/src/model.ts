import type { ZodType } from "zod";
import type { ModelInfo } from "./model-catalog.ts";
import type { CallScope } from "./scope.ts";
import type { Usage } from "./usage.ts";

/** One question to a model; with a schema the answer is JSON that the schema accepts, without one it is text. */
export interface ModelRequest<T> {
  system: string;
  prompt: string;
  scope: CallScope;
  schema?: ZodType<T>;
  /** What the schema cannot say: problems of a well-formed answer, each a sentence the model can act on; none means good. */
  check?: (value: T) => string[];
  /** Tokens; the model's own limit when omitted. */
  maxOutputTokens?: number;
  signal?: AbortSignal;
}

export interface ModelResult<T> {
  value: T;
  usage: Usage;
  /** The model's id as it answered. */
  model: string;
  /** Calls it took: 1, or 2 where the first answer had to be repaired. */
  calls: number;
}

/**
 * A model that plans or writes.
 *
 * `generate` rejects with a CcbError: `model-answer-invalid` when the repaired answer is wrong too, `no-credentials` on 401,
 * `budget-reached` when the gateway refused the call, `model-failed` otherwise; with the signal's reason when aborted.
 */
export interface Model {
  readonly id: string;
  /** Undefined for a model that is not in the catalogue. */
  readonly info: ModelInfo | undefined;
  /** Loads what the first call needs, for whoever has to wait for something else anyway; a failure shows at the first call. Undefined where there is nothing to load. */
  prepare?(): Promise<void>;
  generate<T = string>(request: ModelRequest<T>): Promise<ModelResult<T>>;
}

export interface WebSearchRequest {
  /** In words; the searcher chooses what to type. */
  question: string;
  scope: Pick<CallScope, "build">;
  /** Searches at most; 3 when omitted. Each is paid for. */
  maxSearches?: number;
  signal?: AbortSignal;
}

/** A page that was found and cited. */
export interface WebSource {
  url: string;
  title: string;
  /** What was said of it, and the words of it that were cited. */
  text: string;
}

export interface WebSearchAnswer {
  /** In the order in which they were first cited; empty where nothing was found. */
  sources: WebSource[];
  /** What went wrong without ending the search, each a sentence. */
  problems: string[];
  usage: Usage;
}

/** Searches the web. Rejects as `Model.generate` does; a server without this ability is a `model-failed` with its status. */
export type WebSearch = (request: WebSearchRequest) => Promise<WebSearchAnswer>;
