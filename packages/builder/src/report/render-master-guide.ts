import type { BuildEvent } from "@ccb/core";
import { escapeMarkdown, linkToEvent } from "./_markdown.ts";
import { type PhaseProgress, traceProgress } from "./trace-progress.ts";

/** What stands where in a project directory (ARCHITECTURE, "The project directory"). */
const places = [
  ["`src/` `tests/` `docs/`", "the generated project; the directory is its git repository, one commit a task"],
  ["`CLAUDE.md` `.claude/commands/`", "instructions for Claude Code"],
  ["[`artifacts/`](artifacts)", "specification, analysis, plan, criteria, evidence, trace, summary"],
  ["[`logs/`](logs)", "main log, debug log, structured log, audit log, every model call, every generated file"],
  ["`.checkpoints/`", "the journal that a build resumes from"],
  ["[`agentJournal.md`](agentJournal.md)", "what was done, in order"],
  ["[`stateRecovery.md`](stateRecovery.md)", "where the build stands and how to go on"],
];

const commands = [
  ["`ccb report`", "durations, tokens, cost, criteria; `--html` as a page"],
  ["`ccb logs --follow`", "what is logged, as it happens; `ccb logs calls list` every model call"],
  ["`ccb audit verify`", "that nothing of the log was changed"],
];

/** `masterGuide.md`: what is where, what was built in which phase, and which commands look at it. Pure: the same events make the same guide. */
export function renderMasterGuide(project: string, events: readonly BuildEvent[]): string {
  const progress = traceProgress(events);
  const phases = progress.phases.flatMap(renderPhase);
  return `# Guide to ${escapeMarkdown(project)}

## What is where

${renderTable(["place", "what it holds"], places)}

## What was built

${phases.length === 0 ? "Nothing yet." : phases.join("\n")}

## Commands

Run them in this directory.

${renderTable(["command", "what it shows"], commands)}
`;
}

function renderPhase(phase: PhaseProgress): string[] {
  const verdict = phase.end
    ? linkToEvent(phase.end, phase.end.passed ? "accepted" : "not accepted")
    : linkToEvent(phase.start, "not finished");
  const rows = phase.tasks.map(({ id, name, last }) => {
    const commit = last.type === "task-end" && last.commit !== undefined ? `\`${last.commit.slice(0, 7)}\`` : "";
    const state = last.type === "task-end" ? last.outcome : "under way";
    return [`\`${id}\``, escapeMarkdown(name), linkToEvent(last, state), commit];
  });
  return [
    `### ${escapeMarkdown(phase.name)} (${verdict})`,
    "",
    renderTable(["task", "what", "state", "commit"], rows),
    "",
  ];
}

function renderTable(columns: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
