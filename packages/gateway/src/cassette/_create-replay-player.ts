import type { ServerResponse } from "node:http";
import { CcbError } from "@ccb/core";
import { sendError } from "../_anthropic-error.ts";
import {
  describeDivergence,
  describeMissing,
  keyOfCall,
  numberCall,
  openPlayedRun,
  type PlayedRun,
  type ReplayCall,
  readPlayed,
} from "./_played-run.ts";
import { sendRecorded } from "./_send-recorded.ts";
import { laneOf, type RecordedExchange, type RecordedScope } from "./cassette.ts";
import type { ReplayServer, ReplayServerOptions } from "./create-replay-server.ts";
import { normaliseRequest, sessionOf } from "./normalise-request.ts";
import { questionMethod, scopeOfQuestion } from "./question.ts";
import { replaceDirectories, type TextReplacement } from "./replace-texts.ts";
import { type ReplayDivergence, renderDivergence } from "./replay-divergence.ts";
import { rewriteAnswer } from "./rewrite-answer.ts";

/** What of a request decides its answer. */
export interface AskedCall {
  scope: RecordedScope;
  endpoint: string;
  request: unknown;
}

export type ReplayPlayer = Pick<ReplayServer, "play" | "finishRun" | "stats" | "ask"> & {
  answer(call: AskedCall, response: ServerResponse): void;
};

const refusal = {
  type: "permission_error",
  message: "CCB replay: this call is not the one that was recorded.",
} as const;

/** Milliseconds without any call after which nobody will ask for what is left of a run that was cut. */
const defaultIdleMs = 5_000;

/** Answers calls from the run that was put in last. */
export function createReplayPlayer(options: ReplayServerOptions): ReplayPlayer {
  const stats = { answered: 0, passedOver: 0, questions: 0 };
  let previous: PlayedRun | undefined;
  const finder = createFinder(options);
  return {
    answer(asked, response) {
      const found = finder.find(asked);
      if (found.found === "nothing") return;
      if (found.found === "refused") return sendError(response, refusal);
      stats.answered += 1;
      sendRecorded(response, found.exchange);
      found.onSent();
    },
    async ask({ source, question }, signal) {
      const endpoint = `${questionMethod} ${source}`;
      const found = finder.find({ scope: scopeOfQuestion(source), endpoint, request: asJson(question) });
      if (found.found === "refused") {
        const message = `CCB replay: ${renderDivergence(found.divergence)}`;
        throw new CcbError({ code: "bad-input", message, hint: "See docs/replay.md." });
      }
      if (found.found === "nothing") return untilAborted(signal);
      // Unlike a session, what asked is not gone on with in the middle: the cut comes at the next call that was not recorded.
      stats.questions += 1;
      return JSON.parse(found.exchange.body) as unknown;
    },
    play(cassette, next) {
      finder.play(openPlayedRun(cassette, { previous, next, redact: options.redact }));
    },
    finishRun() {
      const played = finder.end();
      previous = played;
      if (!played) return;
      stats.passedOver += played.tape.passedOver();
      if (played.wasCut) return;
      for (const { number } of played.tape.unused()) {
        // A call that its client left was under way by chance when something else ended its session.
        if (readPlayed(played, number).end !== "left") options.onDivergence(describeMissing(played, number));
      }
    },
    stats: () => ({ ...stats }),
  };
}

/** Looks calls up in the run that was put in last. */
interface Finder {
  find(asked: AskedCall): Found;
  play(run: PlayedRun): void;
  /** Takes the run out. */
  end(): PlayedRun | undefined;
}

function createFinder(options: ReplayServerOptions): Finder {
  const own = replaceDirectories(options.directories, "<project>");
  let run: PlayedRun | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** The build is where the run was cut once nothing recorded is left, or nobody has asked for what is left for a while. */
  const waitForCut = (played: PlayedRun) => {
    clearTimeout(timer);
    const cut = () => {
      if (played.isCut) return;
      played.isCut = true;
      options.onCut({ how: played.cassette.outcome === undefined ? "killed" : "stopped", ...played.kept });
    };
    if (played.tape.unused().length === 0) cut();
    else timer = setTimeout(cut, options.idleMs ?? defaultIdleMs).unref();
  };

  /** The recorded exchange with the words of this run. */
  const give = (played: PlayedRun, call: ReplayCall, exchange: RecordedExchange): Found => {
    if (timer) waitForCut(played);
    const words = renameWords({ played, call, exchange, directories: options.directories });
    const renamed = { ...exchange, body: rewriteAnswer(exchange.body, words) };
    return { found: "recorded", exchange: renamed, onSent: () => endAfter(played, call) };
  };

  // The next run goes on with this work, so the run was cut before it came to its end: after this answer, or under a tool of it.
  const endAfter = (played: PlayedRun, call: ReplayCall) => {
    const isLast = played.wasCut && played.tape.unused().length === 0;
    if (isLast && played.continued.has(laneOf(call.scope))) waitForCut(played);
  };

  const find = (asked: AskedCall): Found => {
    // What comes after the cut gets no answer, as there was none: its client is being ended.
    if (!run || run.isCut) return { found: "nothing" };
    const played = run;
    const normalised = normaliseRequest(asked.request, { ...played.normalise, replacements: own });
    const lane = laneOf(asked.scope);
    const call = { ...asked, normalised, ...numberCall(played, lane) };
    const entry = played.tape.take({ lane, key: keyOfCall(asked.endpoint, normalised) });
    const exchange = entry && readPlayed(played, entry.number);
    // A client that left a run that was cut left because of the cut.
    const isAtCut = exchange ? exchange.end === "left" : played.tape.open(lane).length === 0;
    if (isAtCut && played.wasCut) {
      waitForCut(played);
      return { found: "nothing" };
    }
    if (exchange) return give(played, call, exchange);
    const divergence = describeDivergence(played, call);
    options.onDivergence(divergence);
    const number = divergence.expected?.number;
    if (!options.keepGoing || number === undefined) return { found: "refused", divergence };
    played.tape.force(number);
    return give(played, call, readPlayed(played, number));
  };

  return {
    find,
    play(played) {
      run = played;
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
      const played = run;
      run = undefined;
      return played;
    },
  };
}

/** What there is for a call: nothing where the run was cut, no answer where it diverged. */
type Found =
  | { found: "recorded"; exchange: RecordedExchange; onSent: () => void }
  | { found: "refused"; divergence: ReplayDivergence }
  | { found: "nothing" };

/** As it is read back from a recording. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** Waits for the end of a build that is where it was cut, and rejects with its reason. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

/** Recorded paths and the id of the recorded session become those of this run. */
function renameWords(about: {
  played: PlayedRun;
  call: ReplayCall;
  exchange: RecordedExchange;
  directories: readonly string[];
}): TextReplacement[] {
  const { directories } = about;
  const paths = about.played.cassette.directories.flatMap((path, index) =>
    replaceDirectories([path], directories[Math.min(index, directories.length - 1)] ?? path),
  );
  const [before, now] = [sessionOf(about.exchange.request), sessionOf(about.call.request)];
  return before === undefined || now === undefined ? paths : [...paths, { from: before, to: now }];
}
