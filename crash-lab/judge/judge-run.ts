import type { Usage } from "@ccb/core";
import type { ServedCall } from "../drive/start-lab-model.ts";
import type { LedgerRow, RunFacts, Violation } from "./run-facts.ts";

type Rule = (facts: RunFacts, reference: Record<string, string>) => string[];

/** What has to hold after every run, whatever was done to it. `reference` is the tree of a build nobody disturbed. */
const rules: Readonly<Record<string, Rule>> = {
  "the build ends as done": judgeEnd,
  "the tree is that of an undisturbed build": judgeTree,
  "no finished task runs again": judgeFinishedTasks,
  "no answered paid call is repeated": judgeRepeats,
  "the ledger is the server's count": judgeLedger,
  "nothing is left behind": judgeLeftovers,
  "the journal has no gap and no damage": judgeJournal,
};

/** Names of all rules, in order. */
export const ruleNames: readonly string[] = Object.keys(rules);

/** Every rule that does not hold for a run; pure. */
export function judgeRun(facts: RunFacts, reference: Record<string, string>): Violation[] {
  return Object.entries(rules).flatMap(([rule, judge]) => judge(facts, reference).map((what) => ({ rule, what })));
}

function judgeEnd(facts: RunFacts): string[] {
  if (facts.exitCode === 0 && facts.outcome === "done") return [];
  const said = facts.stderr.trim().slice(-600);
  return [`it ended with exit code ${facts.exitCode} and outcome ${facts.outcome ?? "none"}${said ? `: ${said}` : ""}`];
}

function judgeTree({ tree, uncommitted }: RunFacts, reference: Record<string, string>): string[] {
  const paths = [...new Set([...Object.keys(tree), ...Object.keys(reference)])].sort();
  const different = paths.flatMap((path) => {
    if (tree[path] === reference[path]) return [];
    if (tree[path] === undefined) return [`${path} is missing`];
    return [reference[path] === undefined ? `${path} is there and should not be` : `${path} has other content`];
  });
  return [...different, ...uncommitted.map((line) => `not committed: ${line.trim()}`)];
}

function judgeFinishedTasks({ events, committedTasks, starts, calls, reopened }: RunFacts): string[] {
  const problems: string[] = [];
  const isReopened = (task: string) => reopened.includes(task);
  const finished = new Set<string>();
  for (const { type, task, outcome, sequence } of events) {
    if (task === undefined || isReopened(task)) continue;
    if (type === "task-start" && finished.has(task))
      problems.push(`task ${task} was started again (event ${sequence})`);
    if (type === "task-end" && outcome === "done") finished.add(task);
  }
  const twice = committedTasks.filter((task, index) => committedTasks.indexOf(task) !== index && !isReopened(task));
  problems.push(...new Set(twice.map((task) => `task ${task} has more than one commit`)));
  for (const [index, start] of starts.entries()) {
    const until = starts[index + 1]?.callsBefore ?? calls.length;
    for (const call of calls.slice(start.callsBefore, until)) {
      if (call.task === undefined || isReopened(call.task) || !start.finishedTasks.includes(call.task)) continue;
      problems.push(`start ${index + 1} asked the model for task ${call.task}, which was finished before it`);
    }
  }
  return problems;
}

/** A planning or writing call is repeated when the same question was booked as answered twice. */
function judgeRepeats({ calls, ledger }: RunFacts): string[] {
  const booked = new Set(ledger.flatMap((row) => (row.status === "answered" && row.messageId ? [row.messageId] : [])));
  const first = new Map<string, ServedCall>();
  return calls.flatMap((call) => {
    if (call.agent === undefined || call.agent === "builder" || !booked.has(call.messageId)) return [];
    const before = first.get(call.contentHash);
    first.set(call.contentHash, before ?? call);
    return before ? [`${call.agent}: ${call.messageId} asks what ${before.messageId} had answered`] : [];
  });
}

function judgeLedger({ calls, ledger, openReservations }: RunFacts): string[] {
  const problems: string[] = [];
  if (openReservations > 0) problems.push(`${openReservations} reservations are open`);
  const rows = new Map<string, LedgerRow>();
  for (const row of ledger) {
    if (row.messageId === undefined) continue;
    if (rows.has(row.messageId)) problems.push(`${row.messageId} is booked twice`);
    rows.set(row.messageId, row);
  }
  const known = new Set(calls.map(({ messageId }) => messageId));
  problems.push(...[...rows.keys()].filter((id) => !known.has(id)).map((id) => `${id} is booked and was never served`));
  let lost = 0;
  for (const call of calls) {
    const row = rows.get(call.messageId);
    if (!row) {
      if (call.outcome === "answered" || call.outcome === "cut" || call.outcome === "open") lost += 1;
      continue;
    }
    if (describeUsage(row.usage) === describeUsage(call.usage)) continue;
    // Of a call that broke off, the ledger holds what arrived and marks it; the server may have sent more.
    if (row.status === "cut" || row.status === "unknown") continue;
    problems.push(`${call.messageId}: booked ${describeUsage(row.usage)}, served ${describeUsage(call.usage)}`);
  }
  const marked = ledger.filter(
    (row) => row.messageId === undefined && (row.status === "unknown" || row.status === "cut"),
  );
  if (lost > marked.length) {
    problems.push(`${lost} served calls are not booked, and only ${marked.length} rows are marked unknown`);
  }
  return problems;
}

function judgeLeftovers({ leftovers }: RunFacts): string[] {
  const { processes, files, worktrees, branches, locked } = leftovers;
  return [
    ...processes.map((command) => `process: ${command.slice(0, 160)}`),
    ...files.map((path) => `file: ${path}`),
    ...worktrees.map((path) => `worktree: ${path}`),
    ...branches.map((name) => `branch: ${name}`),
    ...(locked ? ["the project's lock is held"] : []),
  ];
}

function judgeJournal({ events, damage }: RunFacts): string[] {
  const gap = events.find(({ sequence }, index) => sequence !== index + 1);
  return [...damage, ...(gap ? [`event ${gap.sequence} does not follow the one before it`] : [])];
}

function describeUsage(usage: Usage): string {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } = usage;
  return [inputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens].join("/");
}
