import { noUsage, type Usage } from "@ccb/core";
import { expect, test } from "vitest";
import type { ServedCall } from "../drive/start-lab-model.ts";
import { judgeRun, ruleNames } from "./judge-run.ts";
import type { JournalEvent, LedgerRow, RunFacts } from "./run-facts.ts";

const usage: Usage = { ...noUsage, inputTokens: 900, outputTokens: 120 };
const reference = { "src/a.js": "100644 blob 1", "src/b.js": "100644 blob 2" };

const call = (messageId: string, more: Partial<ServedCall> = {}): ServedCall => ({
  messageId,
  agent: "task-generator",
  task: undefined,
  contentHash: `question of ${messageId}`,
  outcome: "answered",
  usage,
  at: 0,
  ...more,
});
const row = (messageId: string | undefined, more: Partial<LedgerRow> = {}): LedgerRow => ({
  status: "answered",
  messageId,
  agent: "task-generator",
  task: undefined,
  usage,
  ...more,
});
const event = (sequence: number, type: string, more: Partial<JournalEvent> = {}): JournalEvent => ({
  sequence,
  type,
  task: undefined,
  outcome: undefined,
  ...more,
});

/** A run that was killed once, after its first task, and held every rule. */
const good: RunFacts = {
  exitCode: 0,
  outcome: "done",
  stderr: "",
  tree: { ...reference },
  uncommitted: [],
  committedTasks: ["a", "b"],
  events: [
    event(1, "task-start", { task: "a" }),
    event(2, "task-end", { task: "a", outcome: "done" }),
    event(3, "task-start", { task: "b" }),
    event(4, "task-start", { task: "b" }),
    event(5, "task-end", { task: "b", outcome: "done" }),
  ],
  starts: [
    { callsBefore: 0, eventsBefore: 0, finishedTasks: [] },
    { callsBefore: 3, eventsBefore: 3, finishedTasks: ["a"] },
  ],
  reopened: [],
  ledger: [row("m1"), row("m2", { agent: "claude-code", task: "a" }), row(undefined, { status: "unknown" }), row("m4")],
  openReservations: 0,
  calls: [
    call("m1"),
    call("m2", { agent: "builder", task: "a" }),
    call("m3", { agent: "builder", task: "b", outcome: "cut" }),
    call("m4", { agent: "builder", task: "b" }),
  ],
  leftovers: { processes: [], files: [], worktrees: [], branches: [], locked: false },
  damage: [],
};

const left = (more: Partial<RunFacts["leftovers"]>) => ({ leftovers: { ...good.leftovers, ...more } });

test("a run that held every rule has no violation", () => {
  expect(judgeRun(good, reference)).toEqual([]);
});

/** What breaks which rule, and what is said of it. Every rule has to be here. */
const broken: [rule: string, facts: Partial<RunFacts>, said: RegExp][] = [
  [
    "the build ends as done",
    { exitCode: 1, outcome: "failed", stderr: "No room.\n" },
    /exit code 1 .* failed: No room/,
  ],
  ["the build ends as done", { outcome: undefined }, /outcome none/],
  ["the tree is that of an undisturbed build", { tree: { "src/a.js": "100644 blob 1" } }, /src\/b\.js is missing/],
  [
    "the tree is that of an undisturbed build",
    { tree: { ...reference, "src/a.js": "x" } },
    /src\/a\.js has other content/,
  ],
  ["the tree is that of an undisturbed build", { tree: { ...reference, "a.tmp": "x" } }, /a\.tmp is there/],
  ["the tree is that of an undisturbed build", { uncommitted: ["?? new.js"] }, /not committed: \?\? new\.js/],
  [
    "no finished task runs again",
    { events: [...good.events, event(6, "task-start", { task: "a" })] },
    /task a was started again \(event 6\)/,
  ],
  ["no finished task runs again", { committedTasks: ["a", "b", "a"] }, /task a has more than one commit/],
  [
    "no finished task runs again",
    { calls: [...good.calls.slice(0, 3), call("m4", { agent: "builder", task: "a" })] },
    /start 2 asked the model for task a/,
  ],
  [
    "no answered paid call is repeated",
    {
      calls: [call("m1"), ...good.calls.slice(1), call("m5", { contentHash: "question of m1" })],
      ledger: [...good.ledger, row("m5")],
    },
    /m5 asks what m1 had answered/,
  ],
  [
    "the ledger is the server's count",
    { ledger: good.ledger.filter(({ messageId }) => messageId !== "m2") },
    /2 served .* only 1/,
  ],
  [
    "the ledger is the server's count",
    { ledger: good.ledger.filter(({ status }) => status !== "unknown") },
    /1 served .* only 0/,
  ],
  ["the ledger is the server's count", { ledger: [...good.ledger, row("m1")] }, /m1 is booked twice/],
  ["the ledger is the server's count", { ledger: [...good.ledger, row("m9")] }, /m9 is booked and was never served/],
  [
    "the ledger is the server's count",
    { ledger: [row("m1", { usage: { ...usage, outputTokens: 7 } }), ...good.ledger.slice(1)] },
    /m1: booked 900\/7\/.* served 900\/120/,
  ],
  ["the ledger is the server's count", { openReservations: 2 }, /2 reservations are open/],
  ["nothing is left behind", left({ processes: ["claude --print"] }), /process: claude/],
  ["nothing is left behind", left({ files: [".git/index.lock"] }), /file: \.git\/index\.lock/],
  ["nothing is left behind", left({ worktrees: ["worktree out/wt"] }), /worktree: /],
  ["nothing is left behind", left({ branches: ["task-a"] }), /branch: task-a/],
  ["nothing is left behind", left({ locked: true }), /lock is held/],
  ["the journal has no gap and no damage", { damage: ["build.db: row 3 missing"] }, /row 3 missing/],
  ["the journal has no gap and no damage", { events: good.events.filter(({ sequence }) => sequence !== 1) }, /event 2/],
];

test.each(broken)("%s: a run that breaks it is found out (%#)", (rule, facts, said) => {
  const violations = judgeRun({ ...good, ...facts }, reference);
  expect(violations.map((violation) => violation.rule)).toContain(rule);
  expect(violations.map(({ what }) => what).join("\n")).toMatch(said);
});

test("every rule can fail", () => {
  expect([...new Set(broken.map(([rule]) => rule))].sort()).toEqual([...ruleNames].sort());
});

test("a question that was cut may be asked again, and so may a session's first question", () => {
  const again = call("m5", { contentHash: "question of m3", agent: "task-generator" });
  const cut = { ...call("m3", { outcome: "cut" }) };
  const session = call("m6", { agent: "builder", task: "b", contentHash: "question of m4" });
  const calls = [
    call("m1"),
    call("m2", { agent: "builder", task: "a" }),
    cut,
    call("m4", { agent: "builder", task: "b" }),
    again,
    session,
  ];
  expect(judgeRun({ ...good, calls, ledger: [...good.ledger, row("m5"), row("m6")] }, reference)).toEqual([]);
});

test("a task whose requirement was changed may run again, and only that one", () => {
  const events = [...good.events, event(6, "task-start", { task: "a" }), event(7, "task-start", { task: "b" })];
  const facts = { ...good, events, committedTasks: ["a", "b", "a"], reopened: ["a"] };
  expect(judgeRun(facts, reference).map(({ what }) => what)).toEqual(["task b was started again (event 7)"]);
});

test("a cut call is in the ledger with what arrived of it", () => {
  const ledger = [...good.ledger.slice(0, 2), row("m3", { status: "cut", usage: noUsage }), row("m4")];
  expect(judgeRun({ ...good, ledger }, reference)).toEqual([]);
});
