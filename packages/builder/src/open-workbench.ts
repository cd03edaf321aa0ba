import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { guardProcesses } from "@ccb/claude-code";
import {
  type ApiCallLog,
  type BuildEvent,
  type CallScope,
  CcbError,
  type Clock,
  listTasks,
  offlineModelId,
  type Plan,
} from "@ccb/core";
import { type CostLedger, createCostLedger, createRateLimitHoldStore } from "@ccb/cost";
import { type CassetteRecorder, createGateway } from "@ccb/gateway";
import { createGeneratedCodeLog, createRedactor } from "@ccb/logging";
import { mandatoryServers } from "@ccb/mcp";
import { createAnthropicModel, createAnthropicSearch } from "@ccb/models";
import { acquireLock, openStore, type Store } from "@ccb/store";
import { describeCall } from "@ccb/telemetry";
import { createEmitter, type Emitter } from "./_create-emitter.ts";
import type { BuildOptions } from "./build-options.ts";
import { createJournal, type Journal } from "./journal/create-journal.ts";
import { projectMigrations } from "./journal/project-migrations.ts";
import type { Attempt } from "./journal/run-table.ts";
import { openExecutor } from "./open-executor.ts";
import { findLostTail } from "./project/find-lost-tail.ts";
import { createJournalBackup } from "./project/journal-backup.ts";
import { type BuildAlerts, openAlerts } from "./project/open-alerts.ts";
import { openBuildLogs } from "./project/open-build-logs.ts";
import type { ProjectPaths } from "./project/project-paths.ts";
import { withoutCredentials } from "./project/without-credentials.ts";
import { openAskOutside } from "./replay/ask-outside.ts";
import { openRecorder } from "./replay/open-recorder.ts";
import { openRepository } from "./repository/open-repository.ts";
import { openWorktrees } from "./repository/worktrees.ts";
import { sealSessions, unsealSessions } from "./sessions/seal-sessions.ts";
import { createSessionRegistry } from "./sessions/session-registry.ts";
import type { Intake } from "./stages/intake.ts";
import { findPreviousPlan } from "./stages/plan-basis.ts";
import { readGenerations } from "./stages/reopen-tasks.ts";
import { specificationStep } from "./stages/save-specification.ts";
import type { PreviousPlan, Workbench } from "./workbench.ts";
import { createMergeQueue } from "./workplace/merge-queue.ts";

/** The environment variable that everything a build starts carries, so that it can be found and ended. */
const buildMarkVariable = "CCB_BUILD_MARK";

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
  recorder: CassetteRecorder;
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
    const { hash } = setup.intake.specification;
    const previous = findPreviousPlan(memory.journal, hash);
    // Who has said so once is not asked again, whatever ended that run.
    const isConfirmed = memory.journal.build()?.specificationHash === hash;
    if (previous && !isConfirmed && !(await setup.confirmChange(previous))) {
      await close();
      return undefined;
    }
    const { bench, recorder } = await openTools(setup, { ...memory, previous, closers });
    return { bench, store: memory.store, recorder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface OpenMemory {
  store: Store;
  journal: Journal;
  mark: string;
  /** Number of this run of the program. */
  run: number;
}

/** The lock, the database and the journal, in this order: nothing is written by a process that does not hold the lock. */
function openMemory({ paths, clock }: OpenWorkbenchOptions, closers: Closers): OpenMemory {
  closers.push(holdLock(paths));
  const store = openJournalStore(paths);
  closers.push(() => store.close());
  const damage = store.findDamage();
  if (damage.length > 0) throw damaged(paths, damage);
  const journal = createJournal({ store, clock });
  const lost = findLostTail(journal, paths);
  if (lost !== undefined) throw damaged(paths, [lost]);
  const mark = randomUUID();
  const run = journal.beginRun({ pid: process.pid, mark });
  return { store, journal, mark, run };
}

function openJournalStore(paths: ProjectPaths): Store {
  try {
    return openStore({ path: paths.database, migrations: projectMigrations, backupDirectory: paths.backups });
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
): Promise<{ bench: Workbench; recorder: CassetteRecorder }> {
  const { paths, options, intake, clock } = setup;
  const { store, journal, mark, closers } = opened;
  const build = beginBuild({ journal, intake, clock, invocation: options.invocation });
  const redact = createRedactor({ secrets: () => listKeys(options) });
  const logs = openBuildLogs({ store, paths, redact, clock, rotation: options.logRotation });
  closers.push(() => logs.close());
  const publish = (event: BuildEvent) => {
    logs.event(event);
    alerts.take(event);
    setup.onEvent(event);
  };
  const emitter = createEmitter({ journal, clock, publish });
  const plain = withoutCredentials(options.environment);
  const alerts = watchAlerts(setup, { build, journal, emitter, environment: plain, closers });
  const ledger = openLedger(setup, { store, build });
  ledger.settleAbandoned();
  const onProblem = (message: string) => tellProblem(emitter, message);
  const backup = createJournalBackup({ store, path: paths.databaseBackup, clock, onProblem });
  closers.push(() => backup.close());
  closers.push(await openSessions(setup));
  const fences = new Map<string, Attempt>();
  const overTaskCap = new Set<string>();
  const recorder = openRecorder({ paths, options, intake, redact, clock });
  const gateway = await openGateway(
    { ...setup, fences, overTaskCap },
    { store, journal, ledger, emitter, callLog: logs.calls, recorder },
  );
  closers.push(() => gateway.close());
  const environment = { ...plain, [buildMarkVariable]: mark };
  closers.push(startGuard(environment, onProblem));
  const merges = createMergeQueue((task) => rankOf(bench.plan(), task));
  let plan: ReturnType<Workbench["plan"]> = { phases: [], waivers: [] };
  const bench: Workbench = {
    build,
    run: opened.run,
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
    overTaskCap,
    waivers: [],
    artifactsMemory: new Map(),
    plan: () => plan,
    setPlan: (made) => {
      plan = made;
    },
    environment,
    journal,
    ledger,
    gateway,
    openOutput: logs.output,
    auditHead: logs.auditHead,
    generatedCode: createGeneratedCodeLog({ directory: paths.generatedCode, redact, clock }),
    ...openPlanner(options, gateway),
    ...openExecutor(options, { environment, paths }),
    askOutside: openAskOutside({ recorder, recorded: options.recordedAnswers, signal: setup.signal, clock, onProblem }),
    servers: [
      ...mandatoryServers({ projectDirectory: paths.root, memoryFile: join(paths.memory, "memory.jsonl") }),
      ...intake.customServers,
    ],
    unavailable: new Map(),
    backup,
    sessions: createSessionRegistry({ store, clock }),
    ...emitter,
    signal: setup.signal,
    clock,
  };
  return { bench, recorder };
}

/** The model that plans and writes, and its server's web search where it is wanted; both through the gateway. */
function openPlanner(options: BuildOptions, gateway: Workbench["gateway"]): Pick<Workbench, "model" | "webSearch"> {
  const planner = {
    model: options.planningModel ?? options.model,
    baseUrl: (scope: CallScope) => gateway.urlFor(scope),
    apiKey: "held-by-the-gateway",
  };
  const searches = options.webSearch !== false && planner.model !== offlineModelId;
  return {
    model: createAnthropicModel(planner),
    webSearch: searches ? createAnthropicSearch(planner) : undefined,
  };
}

function watchAlerts(
  { options, intake, paths, clock }: OpenWorkbenchOptions,
  at: { build: string; journal: Journal; emitter: Emitter; environment: Record<string, string>; closers: Closers },
): BuildAlerts {
  const { build, journal, emitter, environment, closers } = at;
  const about = { build, project: intake.projectName, directory: paths.root };
  const alerts = openAlerts({ rules: options.alerts, journal, emit: emitter.emit, about, environment, clock });
  closers.push(() => alerts.close());
  return alerts;
}

/** Place of a task in the plan, from 0. */
function rankOf(plan: Plan, task: string): number {
  return Math.max(
    0,
    listTasks(plan).findIndex((row) => row.task.id === task),
  );
}

/** The keys of all model servers; none of them may get into a file. */
function listKeys({ upstream, routes = [] }: BuildOptions): string[] {
  const upstreams = [upstream, ...routes.map((route) => route.upstream)];
  return upstreams.flatMap((one) => [one.apiKey, one.authToken].filter((secret) => secret !== undefined));
}

function openLedger({ options, clock }: OpenWorkbenchOptions, at: { store: Store; build: string }): CostLedger {
  return createCostLedger({
    ...at,
    clock,
    ...(options.prices === undefined ? {} : { prices: options.prices }),
    ...(options.maxCostUsd === undefined ? {} : { capMicroUsd: toMicroUsd(options.maxCostUsd) }),
    caps: {
      phaseMicroUsd: options.maxPhaseCostUsd && toMicroUsd(options.maxPhaseCostUsd),
      taskMicroUsd: options.maxTaskCostUsd && toMicroUsd(options.maxTaskCostUsd),
      dayMicroUsd: options.maxDayCostUsd && toMicroUsd(options.maxDayCostUsd),
    },
  });
}

/** A call of a run or an attempt that another has taken the place of may not be paid for. */
function askFence(journal: Journal, fences: Workbench["fences"], scope: CallScope): { refuse: string } | undefined {
  const attempt = scope.task === undefined ? undefined : fences.get(scope.task);
  if (scope.attempt !== undefined && attempt && attempt.number !== scope.attempt)
    return { refuse: `attempt ${scope.attempt} of task ${scope.task} has ended` };
  if (attempt) attempt.fence();
  else journal.fenceRun();
  return undefined;
}

function toMicroUsd(usd: number): number {
  return Math.round(usd * 1_000_000);
}

/** Sessions that are kept encrypted are readable while a build runs; returns how to seal them again. */
async function openSessions({ options, paths }: OpenWorkbenchOptions): Promise<() => Promise<void>> {
  const { sessionPassphrase: passphrase } = options;
  if (passphrase === undefined) return async () => {};
  await unsealSessions({ home: paths.sessionHome, passphrase });
  return async () => void (await sealSessions({ home: paths.sessionHome, passphrase }));
}

/** Whatever ends this process also ends everything that carries the build's mark. */
function startGuard(environment: Record<string, string>, onProblem: (message: string) => void): () => void {
  const guard = guardProcesses({
    mark: `${buildMarkVariable}=${environment[buildMarkVariable]}`,
    path: environment.PATH ?? "",
    onError: (error) => onProblem(`Processes of this build are not guarded against a kill: ${error.message}`),
  });
  return () => guard.release();
}

function openGateway(
  setup: OpenWorkbenchOptions & Pick<Workbench, "fences" | "overTaskCap">,
  with_: {
    store: Store;
    journal: Journal;
    ledger: CostLedger;
    emitter: Emitter;
    callLog: ApiCallLog;
    recorder: CassetteRecorder;
  },
) {
  const { store, journal, ledger, emitter, callLog, recorder } = with_;
  const { options, clock } = setup;
  const { emit } = emitter;
  return createGateway({
    upstream: options.upstream,
    routes: options.routes,
    meter: ledger,
    beforeCall: (scope) => askFence(journal, setup.fences, scope),
    holds: createRateLimitHoldStore(store),
    callLog,
    recorder,
    clock,
    atomically: emitter.atomicallyLater,
    durable: journal.durable,
    answers: {
      // A session's requests are never the same twice, and its answers are of no use to another.
      recall({ hash, scope }) {
        if (scope.agent === "claude-code" || options.ignoreKeptAnswers) return undefined;
        const answer = journal.answers.find(hash);
        if (answer) emit({ type: "call-recalled", scope });
        return answer;
      },
      keep: ({ hash, scope }, message) => {
        if (scope.agent !== "claude-code") journal.answers.keep({ requestHash: hash, agent: scope.agent, message });
      },
    },
    onCall: (call) => {
      emit(describeCall(call, ledger.totals().costMicroUsd));
    },
    onHold: ({ until, reason }) => emit({ type: "warning", message: `Model calls wait until ${until}: ${reason}` }),
    onProblem: (error) => tellProblem(emitter, error.message),
    onRefusal: ({ scope, model, reason, cap }) => {
      emit({ type: "call-refused", scope, model, reason });
      // A task that has used up its share fails by itself; the other caps end the build.
      if (cap === "task" && scope.task !== undefined) setup.overTaskCap.add(scope.task);
      else setup.onBudgetReached(reason);
    },
  });
}

/** Whoever tells of a problem has work of his own to end. A journal that cannot even take the warning fails the build's next step. */
function tellProblem({ emit }: Emitter, message: string): void {
  try {
    emit({ type: "warning", message });
  } catch (error) {
    process.emitWarning(`${message} It could not be noted: ${error instanceof Error ? error.message : String(error)}`);
  }
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

/** Notes the build and the text it stands on, which is all that going on with it needs, as one transaction. */
function beginBuild(setup: { journal: Journal; intake: Intake; clock: Clock; invocation: unknown }): string {
  const { journal, intake, invocation } = setup;
  const { hash: specificationHash, text } = intake.specification;
  return journal.transaction(() => {
    if (journal.build()?.specificationHash !== specificationHash)
      journal.save(specificationStep, specificationHash, { text });
    const known = journal.build();
    if (known) {
      journal.update({ specificationHash, invocation });
      return known.id;
    }
    const id = `b-${randomBytes(6).toString("hex")}`;
    const startedAt = setup.clock.now().toISOString();
    journal.begin({ id, project: intake.projectName, startedAt, specificationHash, invocation });
    return id;
  });
}
