import { offlineModelId, type Usage } from "@ccb/core";
import { createModelServer, type RecordedRequest } from "@ccb/testing";
import { answerRequest } from "./answer-request.ts";

export interface OfflineModelOptions {
  /** A free one when omitted. */
  port?: number;
  /** Called when a request has been read, before it is answered. */
  onRequest?: (request: RecordedRequest) => void;
}

/** A running offline model. */
export interface OfflineModel {
  /** For example `http://127.0.0.1:40123`; the base URL of a client. Any key is accepted. */
  url: string;
  /** The only model id it serves: `ccb-offline`. */
  model: string;
  /** Well-formed requests so far, token counts included. */
  readonly requests: number;
  /** Messages answered so far, and their tokens at 4 characters each. */
  totals(): Usage & { calls: number };
  /** Ends open connections too. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the offline model: a server on 127.0.0.1 that speaks the Anthropic Messages API and answers by rule. It is no language model: it plans any
 * Markdown specification, builds REST services from specifications in its dialect, and says of everything else that it cannot build it.
 *
 * The same request always gets the same answer. Rejects with a CcbError (`io-failed`) when the port cannot be had.
 */
export async function createOfflineModel(options: OfflineModelOptions = {}): Promise<OfflineModel> {
  let requests = 0;
  const server = await createModelServer({
    answer: answerRequest,
    port: options.port,
    models: [offlineModelId],
    record: false,
    onRequest: (request) => {
      requests += 1;
      options.onRequest?.(request);
    },
  });
  return {
    url: server.url,
    model: offlineModelId,
    get requests() {
      return requests;
    },
    totals: () => server.totals(),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
