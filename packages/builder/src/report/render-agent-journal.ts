import type { BuildEvent } from "@ccb/core";
import { formatCount, formatMs, formatUsd } from "./_format.ts";
import { anchorOf, escapeMarkdown } from "./_markdown.ts";

/**
 * `agentJournal.md`: what each agent did, in order, one entry an event, with an anchor that the guide and the recovery page link to. Activity within a session is counted,
 * not listed. Pure: the same events make the same journal.
 */
export function renderAgentJournal(project: string, events: readonly BuildEvent[]): string {
  const lines: string[] = [];
  let day = "";
  let steps = 0;
  for (const event of events) {
    if (event.type === "task-progress") steps++;
    const told = tellEvent(event, steps);
    if (told === undefined) continue;
    if (event.type === "task-end") steps = 0;
    if (event.at.slice(0, 10) !== day) {
      day = event.at.slice(0, 10);
      lines.push("", `## ${day}`, "");
    }
    lines.push(`- <a id="${anchorOf(event)}"></a>\`${event.at.slice(11, 19)}\` ${told}`);
  }
  return `# Agent journal of ${escapeMarkdown(project)}

What was done, by whom, in order (times are UTC). Made from the events of the build, of which \`logs/audit.jsonl\` holds the proof.
See [the guide](masterGuide.md) for what is where, and [the recovery page](stateRecovery.md) for where the build stands.
${lines.join("\n")}
`;
}

/** An event as a sentence; undefined for what is only of interest while it happens. */
function tellEvent(event: BuildEvent, steps: number): string | undefined {
  switch (event.type) {
    case "build-start":
      return `**build** ${event.resumed ? "went on" : "began"} with ${escapeMarkdown(event.model)}`;
    case "build-end":
      return `**build** ended as ${event.outcome} after ${formatMs(event.durationMs)} and ${formatUsd(event.costMicroUsd)}: ${escapeMarkdown(event.reason)}`;
    case "stage-end":
      return `**${event.stage}**${event.reused ? " (of an earlier run)" : ""}: ${escapeMarkdown(event.summary)}`;
    case "forecast-made":
      return `**forecast** ${formatUsd(event.expectedMicroUsd)} (${formatUsd(event.lowMicroUsd)} to ${formatUsd(event.highMicroUsd)}), ${formatCount(event.calls)} calls`;
    case "call-end":
      return `**${escapeMarkdown(event.scope.agent)}** asked ${escapeMarkdown(event.model)}${event.scope.task === undefined ? "" : ` for task \`${event.scope.task}\``}: ${event.outcome}, ${event.costMicroUsd === undefined ? "price unknown" : formatUsd(event.costMicroUsd)}, ${formatMs(event.latencyMs)}`;
    case "call-refused":
      return `**${escapeMarkdown(event.scope.agent)}** was refused a call: ${escapeMarkdown(event.reason)}`;
    default:
      return tellWork(event, steps);
  }
}

function tellWork(event: BuildEvent, steps: number): string | undefined {
  switch (event.type) {
    case "phase-start":
      return `**phase** \`${event.phase}\` began: ${escapeMarkdown(event.name)}, ${event.tasks} tasks`;
    case "phase-end":
      return `**phase** \`${event.phase}\` was ${event.passed ? "accepted" : "not accepted"}: ${event.criteriaPassed} of ${event.criteriaTotal} criteria`;
    case "task-start":
      return `**task** \`${event.task}\` began (attempt ${event.attempt}): ${escapeMarkdown(event.name)}`;
    case "task-end":
      return `**task** \`${event.task}\` ended as ${event.outcome}${event.commit === undefined ? "" : ` with commit \`${event.commit.slice(0, 7)}\``}: ${event.files} files, ${steps} steps, ${formatMs(event.durationMs)}${event.reason === "" ? "" : `. ${escapeMarkdown(event.reason)}`}`;
    case "criterion-checked":
      return `**criterion** [${escapeMarkdown(event.criterion)}](artifacts/evidence/${encodeURIComponent(event.criterion)}.json) ${event.passed ? "passed" : "failed"}: ${escapeMarkdown(event.summary)}`;
    case "merge-refused": {
      const found = event.cause === "conflict" ? `a conflict in ${event.files.join(", ")}` : event.criteria.join(", ");
      return `**merge** sent task \`${event.task}\` back (${event.cause}): ${escapeMarkdown(found)}`;
    }
    case "gate-judged":
      return tellGate(event);
    case "production-judged":
      return `**production** round ${event.round} is ${event.outcome}: ${escapeMarkdown(event.areas.map(({ area, status, findings }) => `${area} ${status}${findings.map(({ reason }) => ` (${reason})`).join("")}`).join(", "))}`;
    case "mcp-unavailable":
      return `**MCP server** ${escapeMarkdown(event.server)} did not answer: ${escapeMarkdown(event.reason)}`;
    case "mcp-violated":
      return `**MCP policy** held task \`${event.task}\` back at ${escapeMarkdown(event.point)} until it used ${event.servers.map(escapeMarkdown).join(", ")}`;
    case "warning":
      return `**warning** ${escapeMarkdown(event.message)}`;
    default:
      return undefined;
  }
}

function tellGate({
  task,
  outcome,
  round,
  findings,
  waived,
  files,
}: Extract<BuildEvent, { type: "gate-judged" }>): string {
  const signed = waived.map(({ rule, path, line, signedBy }) => `${rule} in ${path}:${line} (signed by ${signedBy})`);
  const passed = signed.length === 0 ? "" : `, past ${escapeMarkdown(signed.join(", "))}`;
  if (outcome === "clean") return `**gate** let the work on task \`${task}\` through (${files} files read)${passed}`;
  const places = findings.map(({ rule, path, line, reason }) => `${path}:${line} ${rule}: ${reason}`);
  const end = outcome === "mend" ? "sent task" : "refused task";
  return `**gate** ${end} \`${task}\`${outcome === "mend" ? " back" : ""} (round ${round}): ${escapeMarkdown(places.join("; "))}`;
}
