import type { ProjectSession } from "@ccb/builder";
import type { Painter } from "../render/_painter.ts";
import { formatAge, formatBytes, formatDuration, formatPlural } from "../render/format.ts";
import { renderTable } from "../render/render-table.ts";
import type { TranscriptContent } from "./count-transcript.ts";

/** All sessions as a table, oldest first. Pure. */
export function renderSessionList(
  sessions: readonly ProjectSession[],
  options: { where: string; paint: Painter; now: Date },
): string {
  const { where, paint, now } = options;
  if (sessions.length === 0) return `No session was started in ${where} yet.`;
  const rows = sessions.map((session) => [
    session.sessionId?.slice(0, 8) ?? "–",
    session.task ?? paint.dim("not registered"),
    session.attempt === undefined ? "" : String(session.attempt),
    formatAge(now.getTime() - Date.parse(session.startedAt)),
    renderDuration(session),
    renderOutcome(session, paint),
    session.transcript === "missing" ? paint.dim("none") : `${session.transcript} (${formatBytes(session.bytes)})`,
  ]);
  const head = ["session", "task", "try", "started", "took", "outcome", "transcript"].map(paint.dim);
  return [
    `${paint.strong(where)} ${paint.dim(`· ${formatPlural(sessions.length, "session")}`)}`,
    "",
    renderTable([head, ...rows]),
  ].join("\n");
}

/** One session for people. Pure. */
export function renderSession(
  session: ProjectSession,
  options: { paint: Painter; content: TranscriptContent | undefined; now: Date },
): string {
  const { paint, content, now } = options;
  const { task, phase, attempt, transcript, transcriptPath } = session;
  const rows: [string, string | undefined][] = [
    ["Session", session.sessionId ?? "it ended before it said its id"],
    ["Task", task && `${task} in phase ${phase}, try ${attempt}`],
    ["Started", `${session.startedAt} (${formatAge(now.getTime() - Date.parse(session.startedAt))})`],
    ["Took", renderDuration(session) || undefined],
    ["Outcome", renderOutcome(session, paint)],
    ["Process", session.state === "running" ? String(session.pid) : undefined],
    ["Transcript", transcript === "missing" ? "none" : `${transcript}, ${formatBytes(session.bytes)}`],
    ["", transcriptPath],
    ["Content", content && `${formatPlural(content.answers, "answer")} to ${formatPlural(content.inputs, "input")}`],
    [
      "Tools",
      content &&
        Object.entries(content.toolCalls)
          .map(([name, count]) => `${name} ${count}`)
          .join(", "),
    ],
    ["Last text", content && shorten(content.lastText)],
  ];
  return rows
    .filter((row): row is [string, string] => row[1] !== undefined && row[1] !== "")
    .map(([name, value]) => `  ${paint.dim(name.padEnd(11))} ${value}`)
    .join("\n");
}

function renderDuration({ startedAt, endedAt, task }: ProjectSession): string {
  if (endedAt === undefined || task === undefined) return "";
  return formatDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
}

function renderOutcome({ state, outcome }: ProjectSession, paint: Painter): string {
  if (state === "running") return paint.accent("running");
  if (state === "cut") return paint.warn("cut");
  return outcome === "done" ? paint.good(outcome) : (outcome ?? "");
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
