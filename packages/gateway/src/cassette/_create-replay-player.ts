import type { ServerResponse } from "node:http";
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
import { replaceDirectories, type TextReplacement } from "./replace-texts.ts";
import { rewriteAnswer } from "./rewrite-answer.ts";

/** What of a request decides its answer. */
export interface AskedCall {
  scope: RecordedScope;
  endpoint: string;
  request: unknown;
}

export type ReplayPlayer = Pick<ReplayServer, "play" | "finishRun" | "stats"> & {
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
  const own = replaceDirectories(options.directories, "<project>");
  let run: PlayedRun | undefined;
  let previous: PlayedRun | undefined;
  let answered = 0;
  let passedOver = 0;
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

  const send = (
    played: PlayedRun,
    about: { call: ReplayCall; exchange: RecordedExchange; response: ServerResponse },
  ) => {
    const { call, exchange, response } = about;
    answered += 1;
    if (timer) waitForCut(played);
    const words = renameWords({ played, call, exchange, directories: options.directories });
    sendRecorded(response, { ...exchange, body: rewriteAnswer(exchange.body, words) });
    // The next run goes on with this work, so the run was cut before it came to its end: after this answer, or under a tool of it.
    const isLast = played.wasCut && played.tape.unused().length === 0;
    if (isLast && played.continued.has(laneOf(call.scope))) waitForCut(played);
  };

  const diverge = (played: PlayedRun, call: ReplayCall, response: ServerResponse) => {
    const divergence = describeDivergence(played, call);
    options.onDivergence(divergence);
    const number = divergence.expected?.number;
    if (!options.keepGoing || number === undefined) return sendError(response, refusal);
    played.tape.force(number);
    send(played, { call, exchange: readPlayed(played, number), response });
  };

  return {
    answer(asked, response) {
      // What comes after the cut gets no answer, as there was none: its client is being ended.
      if (!run || run.isCut) return;
      const normalised = normaliseRequest(asked.request, { ...run.normalise, replacements: own });
      const lane = laneOf(asked.scope);
      const call = { ...asked, normalised, ...numberCall(run, lane) };
      const entry = run.tape.take({ lane, key: keyOfCall(asked.endpoint, normalised) });
      const exchange = entry && readPlayed(run, entry.number);
      // A client that left a run that was cut left because of the cut.
      const isAtCut = exchange ? exchange.end === "left" : run.tape.open(lane).length === 0;
      if (isAtCut && run.wasCut) waitForCut(run);
      else if (exchange) send(run, { call, exchange, response });
      else diverge(run, call, response);
    },
    play(cassette, next) {
      run = openPlayedRun(cassette, { previous, next, redact: options.redact });
    },
    finishRun() {
      clearTimeout(timer);
      timer = undefined;
      const played = run;
      previous = played;
      run = undefined;
      if (!played) return;
      passedOver += played.tape.passedOver();
      if (played.wasCut) return;
      for (const { number } of played.tape.unused()) {
        // A call that its client left was under way by chance when something else ended its session.
        if (readPlayed(played, number).end !== "left") options.onDivergence(describeMissing(played, number));
      }
    },
    stats: () => ({ answered, passedOver }),
  };
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
