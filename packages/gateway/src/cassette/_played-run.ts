import { hash } from "node:crypto";
import { laneOf, type RecordedExchange, type RecordedScope } from "./cassette.ts";
import { chooseNearest } from "./choose-nearest.ts";
import { renderCallFile } from "./create-cassette-recorder.ts";
import { createTape, type Tape } from "./create-tape.ts";
import { diffRequests } from "./diff-requests.ts";
import { findToolAt } from "./find-tool.ts";
import { listInterruptedTools, listToolResults, type NormaliseOptions, normaliseRequest } from "./normalise-request.ts";
import { type Cassette, readExchange } from "./read-cassettes.ts";
import { replaceDirectories } from "./replace-texts.ts";
import type { ReplayDivergence } from "./replay-divergence.ts";

/** A recorded run that is being played. */
export interface PlayedRun {
  cassette: Cassette;
  tape: Tape;
  normalise: Omit<NormaliseOptions, "replacements">;
  /** The run was killed or stopped, so that the build may come to calls that it did not come to. */
  wasCut: boolean;
  /** The build has come to that place. */
  isCut: boolean;
  calls: number;
  /** Lanes of which a call has come. */
  begun: Set<string>;
  /** What the sessions of a run that was cut had in their transcripts: tool calls with a result, and such that were under way. */
  kept: KeptTools;
  /** Lanes that the next run goes on with. */
  continued: ReadonlySet<string>;
  /** Lanes that a cut run before this one was at. */
  afterCut: ReadonlySet<string>;
}

/** Ids of tool calls that a cut session still knew when it was gone on with. */
export interface KeptTools {
  answered: ReadonlySet<string>;
  underWay: ReadonlySet<string>;
}

/** A call that came during a replay. */
export interface ReplayCall {
  scope: RecordedScope;
  endpoint: string;
  request: unknown;
  normalised: unknown;
  /** From 1 within the run. */
  ordinal: number;
  /** No call of its lane came before it in the run. */
  isFirst: boolean;
}

/** Outcomes of runs that were ended from outside; the others came to their end by themselves. */
const cutOutcomes = new Set([undefined, "stopped"]);

/** Reads a run's calls once and lays them out by lane. CcbError `bad-input` for a damaged file. */
export function openPlayedRun(
  cassette: Cassette,
  options: { previous: PlayedRun | undefined; next: Cassette | undefined; redact: (text: string) => string },
): PlayedRun {
  const { redact, next, previous } = options;
  const opening = readOpeningCalls(next);
  const maskedTools = new Set<string>();
  for (const file of cassette.files)
    for (const id of listInterruptedTools(readExchange(file).request)) maskedTools.add(id);
  const normalise = { redact, maskedTools };
  const entries = cassette.files.map((file) => {
    const exchange = readExchange(file);
    const normalised = normaliseRecorded({ cassette, normalise }, exchange);
    const key = keyOfCall(`${exchange.method} ${exchange.path}`, normalised);
    return { number: exchange.number, lane: laneOf(exchange.scope), key, isFailed: isFailed(exchange) };
  });
  const wasCut = cutOutcomes.has(cassette.outcome);
  return {
    cassette,
    normalise,
    tape: createTape(entries),
    wasCut,
    isCut: false,
    calls: 0,
    begun: new Set(),
    kept: readKept(opening),
    continued: new Set(opening.keys()),
    afterCut: previous?.wasCut ? previous.continued : new Set(),
  };
}

/** Counts a call that came in. */
export function numberCall(played: PlayedRun, lane: string): Pick<ReplayCall, "ordinal" | "isFirst"> {
  const isFirst = !played.begun.has(lane);
  played.begun.add(lane);
  played.calls += 1;
  return { ordinal: played.calls, isFirst };
}

/** The first call of each lane of a run. */
function readOpeningCalls(next: Cassette | undefined): Map<string, RecordedExchange> {
  const opening = new Map<string, RecordedExchange>();
  for (const file of next?.files ?? []) {
    const exchange = readExchange(file);
    const lane = laneOf(exchange.scope);
    if (!opening.has(lane)) opening.set(lane, exchange);
  }
  return opening;
}

/** What sessions knew at a cut can be seen from how they went on. */
function readKept(opening: ReadonlyMap<string, RecordedExchange>): KeptTools {
  const answered = new Set<string>();
  const underWay = new Set<string>();
  for (const { request } of opening.values()) {
    const interrupted = new Set(listInterruptedTools(request));
    for (const id of listToolResults(request)) (interrupted.has(id) ? underWay : answered).add(id);
  }
  return { answered, underWay };
}

/** Equal for calls that ask the same of the same endpoint. */
export function keyOfCall(endpoint: string, normalised: unknown): string {
  return hash("sha256", `${endpoint}\n${JSON.stringify(normalised)}`);
}

/** The recorded call of that number. */
export function readPlayed({ cassette }: PlayedRun, number: number): RecordedExchange {
  return readExchange(fileOf(cassette, number));
}

/** How a call differs from what was recorded in its lane: from the most similar call that has not been asked for yet. */
export function describeDivergence(played: PlayedRun, call: ReplayCall): ReplayDivergence {
  const { cassette } = played;
  const { scope, endpoint, ordinal } = call;
  const open = played.tape.open(laneOf(scope)).map(({ number }) => {
    const exchange = readPlayed(played, number);
    return { number, endpoint: `${exchange.method} ${exchange.path}`, request: normaliseRecorded(played, exchange) };
  });
  const texts = open.map(({ request }) => JSON.stringify(request));
  const nearest = open[chooseNearest(JSON.stringify(call.normalised), texts)];
  const isAfterCut = call.isFirst && played.afterCut.has(laneOf(scope));
  const about = { run: cassette.run, scope, endpoint, ordinal, ...(isAfterCut ? { isAfterCut } : {}) };
  if (!nearest) return { kind: "not-recorded", ...about };
  const expected = { number: nearest.number, file: fileOf(cassette, nearest.number) };
  const difference = diffRequests(nearest.request, call.normalised) ?? {
    where: "the endpoint",
    diff: `-${nearest.endpoint}\n+${endpoint}`,
    places: 1,
  };
  const tool = findToolAt(call.normalised, difference.where);
  return { kind: "other-request", ...about, expected, ...difference, ...(tool === undefined ? {} : { tool }) };
}

/** A recorded call that did not come. */
export function describeMissing(played: PlayedRun, number: number): ReplayDivergence {
  const { scope, method, path } = readPlayed(played, number);
  const { run } = played.cassette;
  const expected = { number, file: fileOf(played.cassette, number) };
  return { kind: "never-asked", run, scope, endpoint: `${method} ${path}`, expected, ordinal: number };
}

function normaliseRecorded(played: Pick<PlayedRun, "cassette" | "normalise">, exchange: RecordedExchange): unknown {
  const replacements = replaceDirectories(played.cassette.directories, "<project>");
  return normaliseRequest(exchange.request, { ...played.normalise, replacements });
}

/** What a client tries again by itself. */
function isFailed({ end, status }: RecordedExchange): boolean {
  if (end === "none" || end === "cut") return true;
  return status !== undefined && (status === 408 || status === 409 || status === 429 || status >= 500);
}

function fileOf(cassette: Cassette, number: number): string {
  const name = renderCallFile(number);
  return cassette.files.find((file) => file.endsWith(name)) ?? name;
}
