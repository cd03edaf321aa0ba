import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readBody } from "../receive/_read-body.ts";
import { createReplayPlayer, type ReplayPlayer } from "./_create-replay-player.ts";
import type { OutsideQuestion } from "./question.ts";
import type { Cassette } from "./read-cassettes.ts";
import type { ReplayDivergence } from "./replay-divergence.ts";
import { parseScopeHeader, scopeHeader } from "./scope-header.ts";

export interface ReplayServerOptions {
  /** Blanks secrets as the recorder did, so that both sides are compared without them. */
  redact: (text: string) => string;
  /** The paths of the directory that the replay builds in, in the order of those that were recorded. */
  directories: readonly string[];
  /** Answer a call that diverged with the most similar recorded one; without it such a call is refused. */
  keepGoing?: boolean | undefined;
  /** Told of every divergence as it happens. Must not throw. */
  onDivergence: (divergence: ReplayDivergence) => void;
  /** Told once a run, when the build has come to where the recorded run was cut. Must not throw. */
  onCut: (cut: ReplayCut) => void;
  /** Milliseconds without any call after which a run that was cut is over although recorded calls are left; default 5,000. */
  idleMs?: number | undefined;
}

/** Where a recorded run was cut. */
export interface ReplayCut {
  how: "killed" | "stopped";
  /** Ids of tool calls that the sessions' transcripts have to hold by then, as they did: with a result, or under way. */
  answered: ReadonlySet<string>;
  underWay: ReadonlySet<string>;
}

/** A model server that answers from what was recorded. */
export interface ReplayServer {
  /** "http://127.0.0.1:PORT". */
  url: string;
  /** Puts in the recording of a run, with the run that went on after it; calls are answered from it from now on. CcbError `bad-input` for a damaged file. */
  play(cassette: Cassette, next?: Cassette): void;
  /** Ends the run: recorded calls that never came are divergences, unless the run was cut. */
  finishRun(): void;
  /**
   * What was answered to a question of the build itself (`keepAnswer` of the recorder). Rejects with a CcbError that names the question where nothing was recorded for it, which is a
   * divergence too, and with the signal's reason where the recorded run was cut before it. Nobody else is ever asked.
   */
  ask(asked: OutsideQuestion, signal: AbortSignal): Promise<unknown>;
  /** Model calls and questions answered, and failed tries that were not repeated because a later one succeeded. */
  stats(): { answered: number; passedOver: number; questions: number };
  close(): Promise<void>;
}

const largestBody = 256 * 1024 * 1024;

/**
 * Starts a server on 127.0.0.1 that stands in the place of the model: each call is answered with what was recorded for the same agent, phase and task and the same request, as
 * `normaliseRequest` compares them. It needs `sendScope` of the gateway in front of it, and calls nobody itself.
 */
export async function createReplayServer(options: ReplayServerOptions): Promise<ReplayServer> {
  const player = createReplayPlayer(options);
  const server = http.createServer((request, response) => {
    answer(player, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    play: player.play,
    finishRun: player.finishRun,
    ask: player.ask,
    stats: player.stats,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(player: ReplayPlayer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const read = await readBody(request, largestBody);
  if (request.method === "HEAD") {
    response.writeHead(200).end();
    return;
  }
  if (read.outcome !== "read") {
    response.destroy();
    return;
  }
  const scope = parseScopeHeader(request.headers[scopeHeader]);
  const endpoint = `${request.method} ${request.url}`;
  player.answer({ scope, endpoint, request: parse(read.body.toString("utf8")) }, response);
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
