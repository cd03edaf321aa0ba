import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createClaudeCodeExecutor } from "@ccb/claude-code";
import { type BuildEvent, type BuildEventBody, CcbError, type Clock } from "@ccb/core";
import { createCostLedger } from "@ccb/cost";
import { createGateway } from "@ccb/gateway";
import { createGeneratedCodeLog, createRedactor } from "@ccb/logging";
import { mandatoryServers } from "@ccb/mcp";
import { createAnthropicModel } from "@ccb/models";
import { acquireLock, openStore } from "@ccb/store";
import type { BuildOptions } from "./build-options.ts";
import { createJournal } from "./project/journal.ts";
import { openBuildLogs } from "./project/open-build-logs.ts";
import { projectMigrations } from "./project/project-migrations.ts";
import type { ProjectPaths } from "./project/project-paths.ts";
import { openRepository } from "./project/repository.ts";
import type { Intake } from "./stages/intake.ts";
import type { Workbench } from "./workbench.ts";

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
}

/** A workbench and how to put it away; `close` ends the gateway, the logs, the journal and the lock, in this order. */
export interface OpenWorkbench {
  bench: Workbench;
  close: () => Promise<void>;
}

/** Takes the lock and opens everything a build works with. CcbError `locked` when another process holds the directory. */
export async function openWorkbench(setup: OpenWorkbenchOptions): Promise<OpenWorkbench> {
  const { paths, options, intake, clock } = setup;
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    closers.push(holdLock(paths));
    const store = openStore({ path: paths.database, migrations: projectMigrations, backupDirectory: paths.backups });
    closers.push(() => store.close());
    const journal = createJournal({ store, clock });
    const build = beginBuild({ journal, intake, clock });
    const secrets = [options.upstream.apiKey, options.upstream.authToken].filter((secret) => secret !== undefined);
    const redact = createRedactor({ secrets: () => secrets });
    const logs = openBuildLogs({ store, paths, redact, clock, rotation: options.logRotation });
    closers.push(() => logs.close());
    const emit = createEmitter({ journal, clock, write: (event) => logs.event(event), onEvent: setup.onEvent });
    const ledger = createCostLedger({
      store,
      build,
      clock,
      ...(options.maxCostUsd === undefined ? {} : { capMicroUsd: Math.round(options.maxCostUsd * 1_000_000) }),
    });
    ledger.settleAbandoned();
    const gateway = await createGateway({
      upstream: options.upstream,
      meter: ledger,
      callLog: logs.calls,
      clock,
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
    closers.push(() => gateway.close());
    const environment = withoutKeys(options.environment);
    const bench: Workbench = {
      build,
      options,
      intake,
      paths,
      repository: openRepository({ directory: paths.root, environment }),
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
      emit,
      signal: setup.signal,
      clock,
    };
    return { bench, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function holdLock(paths: ProjectPaths): () => void {
  const lock = acquireLock({ directory: paths.checkpoints });
  if (lock.acquired) return () => lock.lock.release();
  throw new CcbError({
    code: "locked",
    message: `Another process (${lock.by ? `pid ${lock.by.pid}, since ${lock.by.startedAt}` : "unknown"}) is building in ${paths.root}.`,
    hint: "Wait for it to end or stop it with Ctrl-C in its terminal; the lock goes with the process.",
  });
}

function beginBuild(setup: { journal: ReturnType<typeof createJournal>; intake: Intake; clock: Clock }): string {
  const known = setup.journal.build();
  if (known) return known.id;
  const id = `b-${randomBytes(6).toString("hex")}`;
  setup.journal.begin({
    id,
    project: setup.intake.projectName,
    startedAt: setup.clock.now().toISOString(),
    specificationHash: setup.intake.specification.hash,
  });
  return id;
}

function createEmitter(sinks: {
  journal: ReturnType<typeof createJournal>;
  clock: Clock;
  write: (event: BuildEvent) => void;
  onEvent: (event: BuildEvent) => void;
}): (body: BuildEventBody) => void {
  let sequence = sinks.journal.lastSequence();
  return (body) => {
    const event: BuildEvent = { ...body, sequence: ++sequence, at: sinks.clock.now().toISOString() };
    sinks.journal.event(event);
    sinks.write(event);
    sinks.onEvent(event);
  };
}

/** The environment for git, sessions and checks: without credentials, which only the gateway may hold. */
function withoutKeys(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/(^|_)(API_KEY|AUTH_TOKEN|SECRET|TOKEN|PASSWORD)$|^ANTHROPIC_|^CLAUDE/.test(name),
    ),
  );
}
