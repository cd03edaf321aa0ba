import type {
  AgentRunOptions,
  Analysis,
  Clock,
  Executor,
  ModelResult,
  Plan,
  Requirement,
  TestEnvironment,
} from "@ccb/core";
import type { PriceTable } from "@ccb/cost";
import type { GatewayRoute, OutsideQuestion } from "@ccb/gateway";
import type { LogRotation } from "@ccb/logging";
import type { AlertRules } from "@ccb/telemetry";
import type { AnyCheckKind, CreateSandboxOptions } from "@ccb/testing";
import type { ConfinementOptions } from "./choose-confinement.ts";
import type { ModelServerPatience } from "./recovery/choose-recovery.ts";

/** Where model calls go: Anthropic, a compatible server, or the offline model's. */
export interface Upstream {
  baseUrl: string;
  /** Sent as `x-api-key`. */
  apiKey?: string;
  /** Sent as `Authorization: Bearer`. */
  authToken?: string;
  /** Where the key and the token came from, in a few words ("environment variable X"); told in the event `key-used`. */
  keyFrom?: { apiKey?: string | undefined; authToken?: string | undefined };
  /** Tell the server in the header `x-ccb-scope` whom each call belongs to; for a replay server. */
  sendScope?: boolean;
}

/** What a custom agent is given when it runs inside a build. */
export interface CustomAgentInput {
  projectName: string;
  specification: string;
  requirements: Requirement[];
  analysis: Analysis;
  plan: Plan;
}

/** An agent of `defineAgent` that takes {@link CustomAgentInput}; its output may be anything that is JSON. */
export interface CustomAgent {
  name: string;
  system: string;
  run(input: CustomAgentInput, options: AgentRunOptions): Promise<ModelResult<unknown>>;
}

/** What was found where a build wants to write. */
export interface ExistingDirectory {
  path: string;
  /** A CCB project directory whose journal can be read, so that finished work can be reused. */
  resumable: boolean;
  entries: number;
}

/** A specification that is not the one the build began with. */
export interface SpecificationChange {
  added: Requirement[];
  removed: Requirement[];
  changed: { before: Requirement; after: Requirement }[];
  /** Names of finished tasks that will be done again, because their requirements changed. */
  reopenedTasks: string[];
}

export interface BuildOptions {
  /** Paths of the specification's files or folders, or bytes such as standard input. */
  specification: string | string[] | { stdin: AsyncIterable<Uint8Array> };
  /** Folder relative paths start from; an absolute path. */
  cwd: string;
  /** Project directory; `claude-builds/<name>_<YYYYMMDD_HHMMSS>` under `cwd` when omitted. */
  outputDirectory?: string;
  projectName?: string;
  /** Model id of the task sessions. */
  model: string;
  /** Model id of the planning and writing agents; the same as `model` when omitted. */
  planningModel?: string;
  upstream: Upstream;
  /** Where the calls of some models go instead; tried in order, the rest go to `upstream`. */
  routes?: GatewayRoute[];
  /** What models cost; the list prices unless given. `createPriceTable` of `@ccb/cost` makes one from a user's own prices. */
  prices?: PriceTable;
  /** US dollars the build may spend at most; no cap when omitted. */
  maxCostUsd?: number;
  /** US dollars that a phase, a task and a day (UTC) may each cost at most; no such cap when omitted. */
  maxPhaseCostUsd?: number;
  maxTaskCostUsd?: number;
  maxDayCostUsd?: number;
  /** Ids of the phases to run; all when omitted. */
  phases?: string[];
  /** Stop after plan, criteria and forecast. */
  dryRun?: boolean;
  /** Do not run acceptance checks; phases end unverified. */
  skipTests?: boolean;
  /** Do not look whether what was built is ready for production; nothing is looked at with `skipTests` either. */
  skipValidation?: boolean;
  /** Have tests written for exported functions that no test names, once all phases are accepted: one model call a file of code, 25 files at most. What is not proven is not kept. */
  generateTests?: boolean;
  /** Run each phase's checks before its first task too: a criterion that passes already is reported as proving nothing. */
  redFirst?: boolean;
  /** False: libraries are not looked up with the model server's own web search, which is paid for by the search; true when omitted. */
  webSearch?: boolean;
  /** Keeps Claude Code's sessions encrypted while no build runs; at least 8 characters. */
  sessionPassphrase?: string;
  /** Shell command of a pre-commit hook that the project gets: it fails where a staged line holds a secret, as `ccb secrets --staged` does. No hook when omitted. */
  secretHookCommand?: string;
  /** Go on after a failed task or phase; the build still ends as failed. */
  continueOnError?: boolean;
  /** Tasks that may run at once, each in a git worktree of its own when more than one; 1 when omitted. */
  parallelTasks?: number;
  /** Id of a phase to do again from: it and all phases after it, although they are finished. */
  fromPhase?: string;
  /** Id of a task to do again from: it and all tasks after it in the plan, although they are finished. */
  fromTask?: string;
  /** Run acceptance checks again that passed before on the same code. */
  rerunTests?: boolean;
  /** Ask the model again for what it answered before in this directory; answers are used again when omitted. */
  ignoreKeptAnswers?: boolean;
  /** Anything the caller wants to find again with `readInvocation`, as JSON; for going on with the same options. No secrets. */
  invocation?: unknown;
  /** What the user started ("ccb resume"), told in the event `key-used`; "startBuild" when omitted. */
  command?: string;
  /** A YAML or JSON file with more MCP servers. */
  customMcpFile?: string;
  /** A folder with instruction templates that replace the built-in ones of the same name. */
  templatesDirectory?: string;
  /** Milliseconds one task session may take. */
  taskTimeoutMs?: number;
  /** How long a model server that takes no calls is waited for; see the recovery policy for what is used where it is omitted. */
  patience?: Partial<ModelServerPatience>;
  /** Environment for git, checks and sessions, given as data. API keys in it reach none of them. */
  environment: Record<string, string>;
  /** Asked when the output directory is not empty; "cancel" ends the build as stopped. */
  onExistingDirectory?: (found: ExistingDirectory) => Promise<"resume" | "backup" | "cancel">;
  /** Asked when the directory's build began with another specification; without it a change is refused. "cancel" ends the build as stopped. */
  onSpecificationChange?: (change: SpecificationChange) => Promise<"update" | "cancel">;
  /** Agents of the user's own; each answer is saved as `artifacts/agents/<name>.json`. */
  customAgents?: CustomAgent[];
  /** Kinds of check of the user's own, beside CCB's; the acceptance generator is told of them. */
  checkKinds?: readonly AnyCheckKind[];
  /** Where checks run what was built; directly on this machine when omitted. */
  sandbox?: Omit<CreateSandboxOptions, "directory" | "stateDirectory">;
  /** What sessions may write, by the operating system; bubblewrap where it works when omitted. */
  confinement?: ConfinementOptions;
  /** Services that checks need beside the product; when omitted, those that the analysis names and this machine has. */
  testEnvironment?: TestEnvironment;
  /** Answers what CCB itself would ask MCP servers and the vulnerability database, so that none of them is asked; for a replay. */
  recordedAnswers?: (asked: OutsideQuestion, signal: AbortSignal) => Promise<unknown>;
  /** Replaces Claude Code, for another coding agent. */
  executor?: Executor;
  /** When the log files are set aside and how long they are kept; default 1 MB, gzip, 30 days. */
  logRotation?: LogRotation;
  /** Thresholds that raise an alert when they are crossed, and whom to tell; see `parseAlertRules` of `@ccb/telemetry`. */
  alerts?: AlertRules;
  clock?: Clock;
}
