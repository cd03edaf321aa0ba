import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { createClaudeCodeExecutor } from "@ccb/claude-code";
import { type BuildEvent, CcbError, type Clock, listTasks } from "@ccb/core";
import { type CostLedger, costMigrations, createCostLedger } from "@ccb/cost";
import { createGateway } from "@ccb/gateway";
import { createApiCallLog, createGeneratedCodeLog, createLogFiles, createRedactor } from "@ccb/logging";
import { mandatoryServers } from "@ccb/mcp";
import { createAnthropicModel } from "@ccb/models";
import { acquireLock, openStore, type Store } from "@ccb/store";
import { createEmitter, type Emitter } from "./_create-emitter.ts";
import type { BuildOptions } from "./build-options.ts";
import { createJournal, type Journal } from "./journal/create-journal.ts";
import { journalMigrations } from "./journal/journal-migrations.ts";
import type { Attempt } from "./journal/run-table.ts";
import { createJournalBackup } from "./project/journal-backup.ts";
import type { ProjectPaths } from "./project/project-paths.ts";
import { openRepository } from "./repository/open-repository.ts";
import { openWorktrees } from "./repository/worktrees.ts";
import type { Intake } from "./stages/intake.ts";
import { readGenerations } from "./stages/reopen-tasks.ts";
import type { PreviousPlan, Workbench } from "./workbench.ts";
import { createMergeQueue } from "./workplace/merge-queue.ts";

/** The environment variable that everything a build starts carries, so that it can be found and ended. */
export const buildMarkVariable = "CCB_BUILD_MARK";

export interface OpenWorkbenchOptions {
  options: BuildOptions;
  intake: Intake;
  paths: ProjectPaths;
  signal: AbortSignal;
  clock: Clock;
  /** Called with each event after it is in the journal and the log. */
  onEvent: (event: BuildEvent) => void;
  /** Called when the gateway refused a call because of the cap. */
  onBudgetReached: (reason: string) => void;
  /** Asked when the build began with another specification; false ends before anything is changed. */
  confirmChange: (previous: PreviousPlan) => Promise<boolean>;
}

/** A workbench and how to put it away; `close` ends the gateway, the logs, the journal and the lock, in this order. */
export interface OpenWorkbench {
  bench: Workbench;
  store: Store;
  close: () => Promise<void>;
}

type Closers = (() => void | Promise<void>)[];

/** Takes the lock and opens everything a build works with. CcbError `locked` when another process holds the directory. Undefined when a change was not confirmed. */
export async function openWorkbench(setup: OpenWorkbenchOptions): Promise<OpenWorkbench | undefined> {
  const closers: Closers = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const memory = openMemory(setup, closers);
    const previous = findPrevious(memory.journal, setup.intake);
    if (previous && !(await setup.confirmChange(previous))) {
      await close();
      return undefined;
    }
    const bench = await openTools(setup, { ...memory, previous, closers });
    return { bench, store: memory.store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface OpenMemory {
  store: Store;
  journal: Journal;
  mark: string;
}

/** The lock, the database and the journal, in this order: nothing is written by a process that does not hold the lock. */
function openMemory({ paths, clock }: OpenWorkbenchOptions, closers: Closers): OpenMemory {
  closers.push(holdLock(paths));
  const store = openJournalStore(paths);
  closers.push(() => store.close());
  const damage = store.findDamage();
  if (damage.length > 0) throw damaged(paths, damage);
  const journal = createJournal({ store, clock });
  const mark = randomUUID();
  journal.beginRun({ pid: process.pid, mark });
  return { store, journal, mark };
}

function openJournalStore(paths: ProjectPaths): Store {
  try {
    return openStore({ path: paths.database, migrations: [journalMigrations, costMigrations] });
  } catch (error) {
    const isDamaged = CcbError.isInstance(error) && sqliteDamage.includes(Number(error.details.sqliteCode));
    throw isDamaged ? damaged(paths, [error.message]) : error;
  }
}

/** SQLite's codes for a damaged file and for a file that is no database. */
const sqliteDamage = [11, 26];

async function openTools(
  setup: OpenWorkbenchOptions,
  opened: OpenMemory & { previous: PreviousPlan | undefined; closers: Closers },
): Promise<Workbench> {
  const { paths, options, intake, clock } = setup;
  const { store, journal, mark, closers } = opened;
  const build = beginBuild({ journal, intake, clock, invocation: options.invocation });
  const secrets = [options.upstream.apiKey, options.upstream.authToken].filter((secret) => secret !== undefined);
  const redact = createRedactor({ secrets: () => secrets });
  const logs = createLogFiles({ directory: paths.logs, redact, clock });
  closers.push(() => logs.close());
  const publish = (event: BuildEvent) => {
    logs.event(event);
    setup.onEvent(event);
  };
  const emitter = createEmitter({ journal, clock, publish });
  const ledger = createCostLedger({
    store,
    build,
    clock,
    ...(options.maxCostUsd === undefined ? {} : { capMicroUsd: Math.round(options.maxCostUsd * 1_000_000) }),
  });
  ledger.settleAbandoned();
  const onProblem = (message: string) => emitter.emit({ type: "warning", message });
  const backup = createJournalBackup({ store, path: paths.databaseBackup, onProblem });
  closers.push(() => backup.flush());
  const fences = new Map<string, Attempt>();
  const gateway = await openGateway({ setup, journal, ledger, emitter, redact });
  closers.push(() => gateway.close());
  const plain = withoutKeys(options.environment);
  const environment = { ...plain, [buildMarkVariable]: mark };
  const merges = createMergeQueue((task) => ranks().get(task) ?? 0);
  const ranks = () => new Map(listTasks(bench.plan()).map((row, index) => [row.task.id, index]));
  let plan: ReturnType<Workbench["plan"]> = { phases: [], waivers: [] };
  const bench: Workbench = {
    build,
    options,
    intake,
    paths,
    // Git outlives this process by its last write rather than leaving a lock, so it carries no mark.
    repository: openRepository({ directory: paths.root, environment: plain }),
    worktrees: openWorktrees({ directory: paths.root, environment: plain }),
    merges,
    parallelTasks: Math.max(1, options.parallelTasks ?? 1),
    generations: readGenerations({ journal }),
    previous: opened.previous,
    fences,
    plan: () => plan,
    setPlan: (made) => {
      plan = made;
    },
    environment,
    journal,
    ledger,
    gateway,
    generatedCode: createGeneratedCodeLog({ directory: paths.generatedCode, redact, clock }),
    model: createAnthropicModel({
      model: options.planningModel ?? options.model,
      baseUrl: (scope) => gateway.urlFor(scope),
      apiKey: "held-by-the-gateway",
    }),
    executor: options.executor ?? createClaudeCodeExecutor({ environment, homeDirectory: paths.sessionHome }),
    servers: [
      ...mandatoryServers({ projectDirectory: paths.root, memoryFile: join(paths.memory, "memory.jsonl") }),
      ...intake.customServers,
    ],
    unavailable: new Map(),
    backup,
    ...emitter,
    signal: setup.signal,
    clock,
  };
  return bench;
}

function openGateway(with_: {
  setup: OpenWorkbenchOptions;
  journal: Journal;
  ledger: CostLedger;
  emitter: Emitter;
  redact: (text: string) => string;
}) {
  const { setup, journal, ledger, emitter, redact } = with_;
  const { options, clock, paths } = setup;
  const { emit, atomically } = emitter;
  return createGateway({
    upstream: options.upstream,
    meter: ledger,
    callLog: createApiCallLog({ directory: paths.apiCalls, redact, clock }),
    clock,
    atomically,
    answers: {
      // A session's requests are never the same twice, and its answers are of no use to another.
      recall: ({ hash, scope }) =>
        scope.agent === "claude-code" || options.ignoreKeptAnswers ? undefined : journal.answers.find(hash),
      keep: ({ hash, scope }, message) => {
        if (scope.agent !== "claude-code") journal.answers.keep({ requestHash: hash, agent: scope.agent, message });
      },
    },
    onCall: (call) => {
      const { scope, model, outcome, usage, costMicroUsd, latencyMs } = call;
      const totalMicroUsd = ledger.totals().costMicroUsd;
      emit({ type: "call-end", scope, model, outcome, usage, costMicroUsd, totalMicroUsd, latencyMs });
    },
    onProblem: (error) => emit({ type: "warning", message: error.message }),
    onRefusal: ({ scope, model, reason }) => {
      emit({ type: "call-refused", scope, model, reason });
      setup.onBudgetReached(reason);
    },
  });
}

function holdLock(paths: ProjectPaths): () => void {
  const lock = acquireLock({ directory: paths.checkpoints });
  if (lock.acquired) return () => lock.lock.release();
  throw new CcbError({
    code: "locked",
    message: `Another process (${lock.by ? `pid ${lock.by.pid}, since ${lock.by.startedAt}` : "unknown"}) is building in ${paths.root}.`,
    hint: `Look at it: ccb status ${paths.root}\nStop it from here: ccb stop ${paths.root}\nThe lock goes with the process.`,
  });
}

function damaged(paths: ProjectPaths, damage: string[]): CcbError {
  return new CcbError({
    code: "store-failed",
    message: `The journal ${paths.database} is damaged: ${damage[0] ?? "SQLite cannot read it"}`,
    hint: `Nothing was changed. Go back to the last copy that CCB made of it: ccb resume ${paths.root} --from-backup`,
    details: { damage },
  });
}

function beginBuild(setup: { journal: Journal; intake: Intake; clock: Clock; invocation: unknown }): string {
  const { journal, intake, invocation } = setup;
  const specificationHash = intake.specification.hash;
  const known = journal.build();
  if (known) {
    journal.update({ specificationHash, invocation });
    return known.id;
  }
  const id = `b-${randomBytes(6).toString("hex")}`;
  const startedAt = setup.clock.now().toISOString();
  journal.begin({ id, project: intake.projectName, startedAt, specificationHash, invocation });
  return id;
}

/** What was planned for another specification in this directory; undefined where the specification is the same or nothing was planned yet. */
function findPrevious(journal: Journal, intake: Intake): PreviousPlan | undefined {
  if ((journal.build()?.specificationHash ?? intake.specification.hash) === intake.specification.hash) return undefined;
  const specification = journal.latest<{ text: string }>("specification")?.text;
  const analysis = journal.latest<PreviousPlan["analysis"]>("analysis");
  const plan = journal.latest<PreviousPlan["plan"]>("plan");
  return specification === undefined || !analysis || !plan ? undefined : { specification, analysis, plan };
}

/** The environment for git, sessions and checks: without credentials, which only the gateway may hold. */
function withoutKeys(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/(^|_)(API_KEY|AUTH_TOKEN|SECRET|TOKEN|PASSWORD)$|^ANTHROPIC_|^CLAUDE/.test(name),
    ),
  );
}
