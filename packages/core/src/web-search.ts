import type { CallScope } from "./scope.ts";
import type { Usage } from "./usage.ts";

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
