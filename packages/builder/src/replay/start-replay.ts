import { existsSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type BuildEvent, type BuildOutcome, CcbError, systemClock } from "@ccb/core";
import { createPriceTable, parsePriceOverrides } from "@ccb/cost";
import {
  type Cassette,
  createReplayServer,
  type ReplayCut,
  type ReplayDivergence,
  type ReplayServer,
  readCassettes,
} from "@ccb/gateway";
import { createRedactor } from "@ccb/logging";
import { createEventChannel } from "../_event-channel.ts";
import type { BuildOptions } from "../build-options.ts";
import { readProject } from "../control/open-project.ts";
import { planProjectPaths, renderTimestamp } from "../project/project-paths.ts";
import { type Build, type BuildResult, startBuild } from "../start-build.ts";
import type { TreeComparison } from "./compare-trees.ts";
import { endSessionsAsKilled, waitForTranscripts } from "./end-sessions.ts";
import { listDirectoryPaths } from "./open-recorder.ts";
import { compareBuilds } from "./read-tree.ts";
import { parseRecipe, type Recipe } from "./recipe.ts";

export interface ReplayOptions {
  /** Project directory of the build that was recorded. */
  directory: string;
  /** Where it is built again: a folder that is empty or not there. `<directory>.replay_<time>` when omitted. */
  into?: string;
  /** Folder that relative paths start from; an absolute path. */
  cwd: string;
  /** Environment for git, checks and sessions, given as data. */
  environment: Record<string, string>;
  /** Answer calls that are not as they were recorded with what was recorded; without it the first one ends the replay. */
  keepGoing?: boolean;
  /** Build from this specification instead of the recorded one, to see at which call the change first matters. */
  specification?: string | string[];
  /** What only a program can give, the same as for the build: `executor`, `customAgents`, `checkKinds`, `sandbox`, `testEnvironment`. */
  options?: Pick<BuildOptions, "executor" | "customAgents" | "checkKinds" | "sandbox" | "testEnvironment">;
}

/** How a replay ended. */
export interface ReplayResult {
  /** The same tree, by the same calls, with the same outcome. */
  same: boolean;
  directory: string;
  into: string;
  /** In the order in which they were seen; the first one explains most of the others. */
  divergences: ReplayDivergence[];
  /** How the last run ended then and now; then undefined where its process was killed. */
  recordedOutcome: string | undefined;
  outcome: BuildOutcome;
  reason: string;
  runs: number;
  /** Calls answered from the recording, failed tries in it that were not repeated, and answers of MCP servers and databases that were played back to CCB itself. */
  calls: { answered: number; passedOver: number; questions: number };
  /** Undefined where the replay ended at its first divergence: there is no whole tree to compare. */
  tree: TreeComparison | undefined;
}

/** A replay under way. */
export interface Replay {
  /** The events of all its runs. */
  events: AsyncIterable<BuildEvent>;
  /** Rejects with a CcbError: `bad-input` where nothing was recorded or the recording is damaged, `stopped` after `stop`. */
  result: Promise<ReplayResult>;
  stop(): void;
}

/** Builds a recorded build again in a directory of its own, with every model call, and every question of CCB's own to MCP servers and databases, answered from the recording: no key, no network, no model. */
export function startReplay(options: ReplayOptions): Replay {
  const channel = createEventChannel<BuildEvent>();
  const control: Control = { build: undefined, isStopped: false };
  const result = replay(options, control, (event) => channel.push(event)).finally(() => channel.end());
  result.catch(() => undefined);
  return {
    events: channel,
    result,
    stop() {
      control.isStopped = true;
      control.build?.stop();
    },
  };
}

interface Control {
  build: Build | undefined;
  isStopped: boolean;
}

async function replay(
  options: ReplayOptions,
  control: Control,
  onEvent: (event: BuildEvent) => void,
): Promise<ReplayResult> {
  const { cwd, environment } = options;
  const recorded = readProject(resolve(cwd, options.directory));
  const cassettes = openCassettes(recorded.directory);
  const recipes = cassettes.map(({ recipe }) => parseRecipe(recipe, options.options ?? {}));
  const into = makeTarget(recorded.directory, options);
  const divergences: ReplayDivergence[] = [];
  const endsHere = () => divergences.length > 0 && !options.keepGoing;
  const server = await createReplayServer({
    redact: createRedactor(),
    directories: listDirectoryPaths(into),
    keepGoing: options.keepGoing,
    onDivergence: (divergence) => {
      divergences.push(divergence);
      if (endsHere()) control.build?.stop();
    },
    onCut: (cut) => void endAsRecorded(cut, { into, build: control.build }),
  });
  let last: BuildResult | undefined;
  try {
    for (const [index, cassette] of cassettes.entries()) {
      server.play(cassette, cassettes[index + 1]);
      last = await runOnce(recipes[index] as Recipe, { options, control, into, server, onEvent });
      if (control.isStopped) throw new CcbError({ code: "stopped", message: "The replay was stopped." });
      if (endsHere()) break;
      server.finishRun();
    }
  } finally {
    await server.close();
  }
  const paths = cassettes.flatMap(({ directories }) => directories);
  const endedEarly = endsHere() && divergences.some(({ kind }) => kind !== "never-asked");
  const tree = endedEarly ? undefined : await compareBuilds({ ...recorded, paths }, readProject(into), environment);
  const recordedOutcome = cassettes.at(-1)?.outcome;
  const outcome = last?.outcome ?? "failed";
  const sameEnd = (recordedOutcome ?? "stopped") === outcome;
  return {
    same: divergences.length === 0 && tree?.same === true && sameEnd,
    directory: recorded.directory,
    into,
    divergences,
    recordedOutcome,
    outcome,
    reason: last?.reason ?? "",
    runs: cassettes.length,
    calls: server.stats(),
    tree,
  };
}

/** Ends a run in the way in which it was ended, when its sessions have noted what they had noted then. */
async function endAsRecorded(cut: ReplayCut, at: { into: string; build: Build | undefined }): Promise<void> {
  await waitForTranscripts(at.into, cut);
  if (cut.how === "stopped") return at.build?.stop();
  endSessionsAsKilled(at.into);
  at.build?.abandon();
}

function openCassettes(directory: string): Cassette[] {
  const { cassettes } = planProjectPaths(directory);
  const found = readCassettes(cassettes);
  if (found.some(({ files }) => files.length > 0)) return found;
  throw new CcbError({
    code: "bad-input",
    message: `Nothing was recorded of the build in ${directory}: ${cassettes} ${existsSync(cassettes) ? "holds no call" : "does not exist"}.`,
    hint: "Builds are recorded since version 0.2; the folder was removed, or the build was made by an earlier version. It cannot be replayed.",
  });
}

/** Makes the directory to build in; it is never one with something in it. */
function makeTarget(directory: string, { into, cwd }: ReplayOptions): string {
  const target = into === undefined ? `${directory}.replay_${renderTimestamp(systemClock.now())}` : resolve(cwd, into);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new CcbError({
      code: "bad-input",
      message: `${target} is not empty; a replay builds in a directory of its own.`,
      hint: "Choose another with --into.",
    });
  }
  mkdirSync(target, { recursive: true });
  return realpathSync(target);
}

/** One run of the build, from its recipe. */
async function runOnce(
  recipe: Recipe,
  about: {
    options: ReplayOptions;
    control: Control;
    into: string;
    server: ReplayServer;
    onEvent: (event: BuildEvent) => void;
  },
): Promise<BuildResult> {
  const { options, control, into, server, onEvent } = about;
  const { prices, ...kept } = recipe.options;
  const build = startBuild({
    ...JSON.parse(JSON.stringify(kept)),
    ...(prices === undefined ? {} : { prices: createPriceTable(parsePriceOverrides(prices)) }),
    ...options.options,
    specification: options.specification ?? { stdin: asBytes(recipe.specification) },
    cwd: options.specification === undefined ? recipe.cwd : options.cwd,
    projectName: recipe.projectName,
    outputDirectory: into,
    upstream: {
      baseUrl: server.url,
      apiKey: "no-key-is-needed",
      keyFrom: { apiKey: "made up for the replay" },
      sendScope: true,
    },
    command: "ccb replay",
    recordedAnswers: server.ask,
    environment: options.environment,
    onExistingDirectory: async () => "resume",
    onSpecificationChange: async () => "update",
  });
  control.build = build;
  if (control.isStopped) build.stop();
  for await (const event of build.events) onEvent(event);
  return build.result;
}

async function* asBytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
