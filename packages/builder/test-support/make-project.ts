import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BuildEventBody, type CallScope, type Clock, noUsage } from "@ccb/core";
import { createCostLedger } from "@ccb/cost";
import { createApiCallLog, createAuditLog, createLogFiles } from "@ccb/logging";
import { openStore } from "@ccb/store";
import { createJournal } from "../src/journal/create-journal.ts";
import { projectMigrations } from "../src/journal/project-migrations.ts";
import { planProjectPaths } from "../src/project/project-paths.ts";
import { listAuditedFiles } from "../src/proof/list-audited-files.ts";

const scope = (task: string | undefined, agent: string): CallScope => {
  return { build: "b-1", phase: task && "core", task, agent };
};

/** A build of two tasks: one succeeds at once, one at its second attempt; a criterion fails and passes after a repair. */
export const story: (BuildEventBody | { call: CallScope; input: number; cached: number; output: number })[] = [
  {
    type: "build-start",
    build: "b-1",
    project: "shop",
    directory: "/x/shop",
    model: "claude-opus-5-5",
    resumed: false,
  },
  { type: "stage-start", stage: "plan" },
  { call: scope(undefined, "task-generator"), input: 1_000, cached: 0, output: 500 },
  { type: "stage-end", stage: "plan", reused: false, durationMs: 1_500, summary: "1 phase, 2 tasks" },
  { type: "phase-start", phase: "core", name: "Core", number: 1, tasks: 2 },
  { type: "task-start", phase: "core", task: "api", name: "API", attempt: 1 },
  { type: "mcp-used", phase: "core", task: "api", server: "memory", tool: "mcp__memory__read", succeeded: true },
  { call: scope("api", "claude-code"), input: 2_000, cached: 6_000, output: 800 },
  {
    type: "task-end",
    phase: "core",
    task: "api",
    outcome: "done",
    reason: "",
    commit: "a".repeat(40),
    files: 3,
    durationMs: 4_000,
  },
  { type: "task-start", phase: "core", task: "ui", name: "UI | <b>", attempt: 1 },
  { type: "mcp-violated", phase: "core", task: "ui", point: "task_complete", servers: ["memory"], refusal: 1 },
  {
    type: "task-end",
    phase: "core",
    task: "ui",
    outcome: "failed",
    reason: "It broke.",
    commit: undefined,
    files: 0,
    durationMs: 2_000,
  },
  { type: "task-start", phase: "core", task: "ui", name: "UI | <b>", attempt: 2 },
  { type: "mcp-used", phase: "core", task: "ui", server: "memory", tool: "mcp__memory__read", succeeded: false },
  { call: scope("ui", "claude-code"), input: 500, cached: 500, output: 200 },
  {
    type: "task-end",
    phase: "core",
    task: "ui",
    outcome: "done",
    reason: "",
    commit: "b".repeat(40),
    files: 1,
    durationMs: 3_000,
  },
  {
    type: "criterion-checked",
    phase: "core",
    criterion: "FC001",
    description: "",
    passed: false,
    summary: "500 instead of 200",
    durationMs: 10,
  },
  {
    type: "criterion-checked",
    phase: "core",
    criterion: "FC001",
    description: "",
    passed: true,
    summary: "200",
    durationMs: 10,
  },
  {
    type: "criterion-checked",
    phase: "core",
    criterion: "FC002",
    description: "",
    passed: false,
    summary: "slow",
    durationMs: 10,
  },
  { type: "phase-end", phase: "core", passed: false, criteriaPassed: 1, criteriaTotal: 2, durationMs: 9_500 },
  { type: "warning", message: "odd <script>alert(1)</script>" },
];

/** The end of the story. */
export const ending: BuildEventBody = {
  type: "build-end",
  outcome: "acceptance-failed",
  reason: "A criterion failed.",
  directory: "/x/shop",
  costMicroUsd: 0,
  durationMs: 20_000,
};

/** Makes a project directory with the story in its database, logs, call files, artifacts and audit log; a second passes between events. */
export async function makeProject(root: string, events: typeof story = [...story, ending]): Promise<void> {
  let seconds = 0;
  const clock: Clock = {
    now: () => new Date(Date.parse("2026-11-21T10:00:00.000Z") + seconds * 1_000),
    monotonicMs: () => seconds * 1_000,
  };
  const paths = planProjectPaths(root);
  const store = openStore({ path: paths.database, migrations: projectMigrations });
  const journal = createJournal({ store, clock });
  journal.begin({
    id: "b-1",
    project: "shop",
    startedAt: clock.now().toISOString(),
    specificationHash: "x",
    invocation: undefined,
  });
  const ledger = createCostLedger({ store, build: "b-1", clock });
  const logs = createLogFiles({ directory: paths.logs, clock });
  const audit = createAuditLog({ path: paths.auditLog, clock });
  const calls = createApiCallLog({ directory: paths.apiCalls, clock, onWritten: (call) => audit.call(call) });
  let sequence = 0;
  let callNumber = 0;
  const emit = (body: BuildEventBody): void => {
    const event = { ...body, sequence: ++sequence, at: clock.now().toISOString() };
    journal.event(event);
    logs.event(event);
    audit.event(event);
  };
  for (const item of events) {
    seconds++;
    if (!("call" in item)) {
      emit(item);
      continue;
    }
    const model = "claude-opus-5-5";
    const usage = { ...noUsage, inputTokens: item.input, cacheReadTokens: item.cached, outputTokens: item.output };
    const latencyMs = 100 * ++callNumber;
    const reserved = ledger.reserve({ model, inputTokens: 20_000, maxOutputTokens: 1_000, scope: item.call });
    if (!reserved.granted) throw new Error(reserved.reason);
    const booked = { status: "answered", model, usage, messageId: undefined, latencyMs, callNumber } as const;
    const { costMicroUsd } = ledger.settle(reserved.reservationId, booked);
    await calls.write({
      ...{
        callNumber,
        at: clock.now().toISOString(),
        endpoint: "/v1/messages",
        model,
        scope: item.call,
        usage,
        costMicroUsd,
      },
      ...{ requestBody: { messages: [] }, responseBody: { content: [] }, status: 200, outcome: "answered", latencyMs },
      ...{ firstByteMs: 1, streamChunks: 1 },
    });
    const totalMicroUsd = ledger.totals().costMicroUsd;
    emit({
      type: "call-end",
      scope: item.call,
      model,
      outcome: "answered",
      usage,
      costMicroUsd,
      totalMicroUsd,
      latencyMs,
    });
  }
  for (const [path, text] of [
    ["artifacts/specification.md", "# Shop\n"],
    ["artifacts/plan.json", "{}\n"],
    ["artifacts/evidence/FC001.json", '{"passed":true}\n'],
    [`artifacts/instructions/${"long-name-".repeat(12)}.md`, "x\n"],
  ] as const) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  audit.files(listAuditedFiles(root));
  audit.close();
  logs.close();
  store.close();
}
