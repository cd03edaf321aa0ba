import type { ModelInfo } from "@ccb/core";

/** What is known of a session that was cut in the middle of its task. */
export interface CutSession {
  sessionId: string | undefined;
  /** Its transcript is readable (not still encrypted, not lost). */
  transcriptExists: boolean;
  /** Its working tree is as the session left it. */
  worktreeIntact: boolean;
  /** What its calls cost in micro-dollars; undefined where a price is not known. */
  spentMicroUsd: number | undefined;
  /** Tokens of all its calls. */
  spentTokens: number;
  /** Prompt tokens of its last call: about what has to be read again. */
  lastPromptTokens: number;
  model: ModelInfo | undefined;
}

/** Share of the context window beyond which a resumed session would soon be compacted or overflow. */
const fullShare = 0.8;

/**
 * Whether to resume a cut session or to start its task again from the last commit. Pure.
 *
 * Resuming reads the whole conversation again, at the price of a cache write, since the cache has gone cold (it lives 5 minutes); starting again
 * costs about what the session had cost so far.
 */
export function chooseSessionStart(known: CutSession): { start: "resume" | "afresh"; why: string } {
  const afresh = (why: string) => ({ start: "afresh" as const, why });
  if (known.sessionId === undefined) return afresh("The cut session's id is not known.");
  if (!known.transcriptExists) return afresh("The cut session's transcript cannot be read.");
  if (!known.worktreeIntact) return afresh("The files are not as the cut session left them.");
  const { model, lastPromptTokens, spentMicroUsd, spentTokens } = known;
  if (spentTokens === 0) return afresh("The cut session had had no answer yet.");
  if (model && lastPromptTokens > model.contextWindow * fullShare)
    return afresh(
      `The cut session had filled ${percent(lastPromptTokens / model.contextWindow)} of its context window.`,
    );
  const rereadMicroUsd = model && priceReading(model, lastPromptTokens);
  if (rereadMicroUsd === undefined || spentMicroUsd === undefined || spentMicroUsd === 0) {
    return lastPromptTokens < spentTokens
      ? { start: "resume", why: `Reading ${lastPromptTokens} tokens again is less than the ${spentTokens} spent.` }
      : afresh(`Reading ${lastPromptTokens} tokens again is no less than the ${spentTokens} spent.`);
  }
  const compared = `${usd(rereadMicroUsd)} to read its ${lastPromptTokens} tokens again, ${usd(spentMicroUsd)} spent so far`;
  return rereadMicroUsd < spentMicroUsd
    ? { start: "resume", why: `Resuming is cheaper: ${compared}.` }
    : afresh(`Starting again is no dearer: ${compared}.`);
}

/** Micro-dollars; prices are dollars a million tokens, so tokens times price is micro-dollars. */
function priceReading(model: ModelInfo, tokens: number): number {
  const isLong = model.longPrompt !== undefined && tokens > model.longPrompt.abovePromptTokens;
  return Math.ceil(tokens * (isLong && model.longPrompt ? model.longPrompt.prices : model.prices).cacheWrite5m);
}

function usd(microUsd: number): string {
  return `$${(microUsd / 1e6).toFixed(4)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
