import type { BuildEvent } from "@ccb/core";
import { escapeMarkdown, linkToEvent } from "./_markdown.ts";
import { type BuildProgress, traceProgress } from "./trace-progress.ts";

/** `stateRecovery.md`: where the build stands, what is left, and how to go on from here. Pure: the same events make the same page. */
export function renderStateRecovery(project: string, events: readonly BuildEvent[]): string {
  const progress = traceProgress(events);
  const tasks = progress.phases.flatMap((phase) => phase.tasks);
  const finished = tasks.filter(({ last }) => last.type === "task-end" && last.outcome !== "failed");
  const open = tasks.filter((task) => !finished.includes(task));
  const failed = progress.phases.flatMap((phase) => phase.checks.filter(({ passed }) => !passed));
  const lastCommit = finished.findLast(({ last }) => last.type === "task-end" && last.commit !== undefined)?.last;
  return `# Where ${escapeMarkdown(project)} stands

${describeState(progress, events.at(-1))}

${section("Finished", [
  ...progress.stages.map((stage) => `- ${stage.stage} (${linkToEvent(stage)}): ${escapeMarkdown(stage.summary)}`),
  ...finished.map(({ id, last }) => `- task \`${id}\` (${linkToEvent(last)})`),
])}
${section(
  "Open",
  open.map(({ id, last, attempts }) => {
    const why = last.type === "task-end" ? `failed: ${escapeMarkdown(last.reason)}` : "was under way";
    return `- task \`${id}\` ${why} (attempt ${attempts}, ${linkToEvent(last)})`;
  }),
)}
${section(
  "Failed checks",
  failed.map(
    (check) => `- ${escapeMarkdown(check.criterion)}: ${escapeMarkdown(check.summary)} (${linkToEvent(check)})`,
  ),
)}
${section(
  "Warnings",
  progress.warnings.map((event) => `- ${escapeMarkdown(describeWarning(event))} (${linkToEvent(event)})`),
)}
## How to go on

${
  progress.outcome === "done"
    ? "Nothing is left to do."
    : "Run `ccb resume .` in this directory: finished steps are taken from the journal, work of a session that was interrupted is set aside under `refs/ccb/set-aside/`, and no call that was answered is paid for again."
}
${lastCommit?.type === "task-end" && lastCommit.commit !== undefined ? `\nThe last finished work is commit \`${lastCommit.commit}\`.\n` : ""}
See [the journal](agentJournal.md) for everything that happened, and [the guide](masterGuide.md) for what is where.
`;
}

function describeState({ end, begin }: BuildProgress, last: BuildEvent | undefined): string {
  if (end)
    return `The build ended as **${end.outcome}** at ${end.at} (${linkToEvent(end)}): ${escapeMarkdown(end.reason)}`;
  if (!begin || !last) return "The build has not begun.";
  return `A run began at ${begin.at} (${linkToEvent(begin)}) and has not ended; its last event is number ${last.sequence}, of ${last.at}. It is under way, or was killed.`;
}

function describeWarning(event: BuildProgress["warnings"][number]): string {
  if (event.type === "warning") return event.message;
  return event.type === "mcp-unavailable"
    ? `MCP server ${event.server} did not answer: ${event.reason}`
    : `a call of ${event.scope.agent} was refused: ${event.reason}`;
}

function section(title: string, lines: string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n\n${lines.join("\n")}\n`;
}
