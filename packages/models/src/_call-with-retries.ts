import { setTimeout as wait } from "node:timers/promises";
import { addUsage, type CcbError, noUsage, type Usage } from "@ccb/core";
import { explainFailure, isTransient } from "./_explain-failure.ts";
import { type StreamAnswerOptions, type StreamedAnswer, streamAnswer } from "./_stream-answer.ts";

/** A silent server is asked once more, no oftener: each silence costs the whole idle time. */
const maxStalls = 2;
/** A server that asks for a longer wait is not waited for inside a call. */
const longestWaitMs = 300_000;

/** Everything that was spent, and the answer or why there is none. */
export interface CallResult {
  answer: StreamedAnswer | undefined;
  error: CcbError | undefined;
  usage: Usage;
}

/** Makes a call, again where the failure is transient: waits 0.5 s doubled to 30 s, or as long as the server asked. Rejects only when aborted. */
export async function callWithRetries(options: StreamAnswerOptions & { maxRetries: number }): Promise<CallResult> {
  let usage: Usage = noUsage;
  let stalls = 0;
  for (let tries = 1; ; tries++) {
    const answer = await streamAnswer(options);
    usage = addUsage(usage, answer.usage);
    const { failure } = answer;
    if (!failure) return { answer, error: undefined, usage };
    if (failure.kind === "stalled") stalls++;
    const delayMs = failure.retryAfterMs ?? Math.min(30_000, 500 * 2 ** (tries - 1));
    const isOver = tries > options.maxRetries || stalls >= maxStalls || delayMs > longestWaitMs;
    if (isOver || !isTransient(failure)) {
      const error = explainFailure(failure, { model: options.params.model, url: options.baseUrl, tries });
      return { answer: undefined, error, usage };
    }
    await wait(delayMs, undefined, options.signal ? { signal: options.signal } : {}).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw error;
    });
  }
}
