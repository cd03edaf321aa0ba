import type { Clock } from "@ccb/core";
import type { CassetteRecorder, OutsideQuestion } from "@ccb/gateway";

/**
 * Asks somebody outside of the build who is no model. `live` really asks and answers with JSON; in a replay it is not called, and what was recorded is the answer.
 */
export type AskOutside = <T>(asked: OutsideQuestion, live: () => Promise<T>) => Promise<T>;

/** Characters of an answer that are kept at most; what CCB asks for is cut to far less before. */
const longestAnswer = 4_000_000;

/** Every answer is kept beside the calls of the run before it is used; what cannot be kept is told and ends nothing. */
export function openAskOutside(about: {
  recorder: Pick<CassetteRecorder, "keepAnswer">;
  /** Answers in the place of those who would be asked. */
  recorded: ((asked: OutsideQuestion, signal: AbortSignal) => Promise<unknown>) | undefined;
  signal: AbortSignal;
  clock: Clock;
  onProblem: (message: string) => void;
}): AskOutside {
  const { recorder, recorded, signal, clock, onProblem } = about;
  const keep = async (asked: OutsideQuestion, answer: unknown) => {
    const told = `What ${asked.source} answered could not be recorded, so that a replay of this build will diverge there`;
    const { length } = JSON.stringify(answer);
    if (length > longestAnswer) return onProblem(`${told}: it has ${length} characters.`);
    try {
      await recorder.keepAnswer({ ...asked, at: clock.now().toISOString(), answer });
    } catch (error) {
      onProblem(`${told}: ${error instanceof Error ? error.message : String(error)}.`);
    }
  };
  return async <T>(asked: OutsideQuestion, live: () => Promise<T>): Promise<T> => {
    const answer = recorded ? ((await recorded(asked, signal)) as T) : await live();
    // What a stop cut short is no answer.
    signal.throwIfAborted();
    await keep(asked, answer);
    return answer;
  };
}
