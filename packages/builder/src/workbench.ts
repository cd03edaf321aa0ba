import type {
  Analysis,
  BuildEventBody,
  Clock,
  Criterion,
  Evidence,
  Executor,
  McpServerDefinition,
  Model,
  Plan,
  WebSearch,
} from "@ccb/core";
import type { CostLedger } from "@ccb/cost";
import type { Gateway } from "@ccb/gateway";
import type { GeneratedCodeLog } from "@ccb/logging";
import type { Waiver } from "@ccb/testing/gate";
import type { BuildOptions } from "./build-options.ts";
import type { ChosenConfinement } from "./choose-confinement.ts";
import type { ArtifactsMemory } from "./gate/guard-artifacts.ts";
import type { Journal } from "./journal/create-journal.ts";
import type { Attempt } from "./journal/run-table.ts";
import type { JournalBackup } from "./project/journal-backup.ts";
import type { BuildLogs } from "./project/open-build-logs.ts";
import type { ProjectPaths } from "./project/project-paths.ts";
import type { AskOutside } from "./replay/ask-outside.ts";
import type { Repository } from "./repository/open-repository.ts";
import type { Worktrees } from "./repository/worktrees.ts";
import type { SessionRegistry } from "./sessions/session-registry.ts";
import type { Intake } from "./stages/intake.ts";
import type { MergeQueue } from "./workplace/merge-queue.ts";

/** What was planned before the specification changed. */
export interface PreviousPlan {
  specification: string;
  analysis: Analysis;
  plan: Plan;
}

/** The open tools of one running build; every stage works with it. */
export interface Workbench {
  build: string;
  /** Number of this run of the program on the directory, from 1. */
  run: number;
  options: BuildOptions;
  intake: Intake;
  paths: ProjectPaths;
  repository: Repository;
  worktrees: Worktrees;
  /** Merges of worktrees, one at a time. */
  merges: MergeQueue;
  /** Tasks that may run at once. */
  parallelTasks: number;
  /** The plan once it is made; empty before. */
  plan: () => Plan;
  setPlan: (plan: Plan) => void;
  /** How often a finished task was reopened, for tasks that were; part of what a task is made from. */
  generations: Map<string, number>;
  /** The specification and plan of the earlier run, where this one goes on with another specification. */
  previous: PreviousPlan | undefined;
  /** The attempt under way of each task: whoever spends or changes something for it asks its fence first. */
  fences: Map<string, Attempt>;
  /** Tasks of which a call was refused because of the cap of a task. */
  overTaskCap: Set<string>;
  /** What people have signed for among the findings of the gate. */
  waivers: Waiver[];
  /** What was read of `artifacts/` for the gate, for the next look at it. */
  artifactsMemory: ArtifactsMemory;
  journal: Journal;
  backup: JournalBackup;
  /** The register of sessions. */
  sessions: SessionRegistry;
  ledger: CostLedger;
  gateway: Gateway;
  generatedCode: GeneratedCodeLog;
  /** Opens a place in the log for what a session's process writes to its standard error. */
  openOutput: BuildLogs["output"];
  /** Number and hash of the audit log's last record. */
  auditHead: BuildLogs["auditHead"];
  /** Plans and writes. */
  model: Model;
  /** The model server's own web search; undefined where it is not wanted or there is none. */
  webSearch: WebSearch | undefined;
  /** For whatever CCB itself asks MCP servers and databases: kept for a replay, and played back in one. */
  askOutside: AskOutside;
  executor: Executor;
  /** How sessions are confined; undefined where a program brings its own executor. */
  confinement: ChosenConfinement | undefined;
  servers: McpServerDefinition[];
  /** MCP servers that did not answer, and why; a build goes on without them unless they are required. */
  unavailable: Map<string, string>;
  /** For git, sessions and checks: without credentials, which only the gateway holds. */
  environment: Record<string, string>;
  emit: (event: BuildEventBody) => void;
  /** Runs `work` as one transaction; events emitted in it are told to others only once it is kept. */
  atomically: <T>(work: () => T) => T;
  /** Aborted when the build is stopped. */
  signal: AbortSignal;
  clock: Clock;
}

/** What the stages have made so far. */
export interface BuildWork {
  /** Undefined before the analysis. */
  analysis: Analysis | undefined;
  plan: Plan;
  criteria: Criterion[];
  /** Phase id of each criterion. */
  phaseOf: Map<string, string>;
  /** Last evidence of each criterion. */
  evidence: Map<string, Evidence>;
  /** Commit of each finished task. */
  commits: Map<string, string>;
  /** What each finished task said at its end, for the tasks that depend on it. */
  outputs: Map<string, string>;
}

/** Nothing made yet. */
export function defineEmptyWork(): BuildWork {
  return {
    analysis: undefined,
    plan: { phases: [], waivers: [] },
    criteria: [],
    phaseOf: new Map(),
    evidence: new Map(),
    commits: new Map(),
    outputs: new Map(),
  };
}
