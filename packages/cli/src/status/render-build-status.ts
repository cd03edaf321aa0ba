import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { BuildStatus, PhaseStatus, TaskStatus } from "@ccb/builder/project";
import type { Painter } from "../render/_painter.ts";
import { formatAge, formatDuration, formatPlural, formatUsd } from "../render/format.ts";
import { renderTable } from "../render/render-table.ts";

export interface RenderBuildStatusOptions {
  paint: Painter;
  cwd: string;
  columns: number;
  /** Lines there are at most; phases that are done or not begun are left out first. */
  rows?: number | undefined;
  now: Date;
}

/** Where a build stands, for people. Pure. */
export function renderBuildStatus(status: BuildStatus, options: RenderBuildStatusOptions): string {
  const { paint, cwd, columns, rows = Number.POSITIVE_INFINITY } = options;
  const where = relative(cwd, status.directory) || ".";
  const head = [
    `${paint.strong(status.project)} ${paint.dim(`· ${status.model ?? "no model yet"} · ${where}`)}`,
    "",
    `${renderState(status, paint)} ${paint.dim("·")} ${renderFacts(status).join(" · ")}`,
  ];
  const foot = renderFoot(status, { ...options, where });
  const room = rows - head.length - foot.length - 3;
  const phases = renderPhases(status, { paint, room });
  const lines = [...head, ...(phases.length > 0 ? ["", ...phases] : []), "", ...foot];
  return lines.map((line) => cutLine(line, columns)).join("\n");
}

/** The same in one line, for a log. */
export function renderStatusLine(status: BuildStatus): string {
  const running = status.phases.flatMap(({ tasks }) => tasks).filter((task) => task.status === "running");
  const doing = running.map(({ id }) => id).join(", ") || status.stage;
  const { tasks, criteria, cost } = status;
  const facts = [
    status.state,
    `${tasks.done}/${tasks.total} tasks`,
    `${criteria.passed}/${criteria.total} criteria`,
    formatUsd(cost.costMicroUsd),
    doing,
  ];
  return facts.filter((fact) => fact !== undefined).join(" · ");
}

function renderState({ state, outcome, stage }: BuildStatus, paint: Painter): string {
  if (state === "running") return paint.accent(stage === undefined ? "running" : `running: ${stage}`);
  if (state !== "ended") return paint.warn(state);
  return outcome === "done" || outcome === "planned" ? paint.good(outcome) : paint.bad(outcome ?? "ended");
}

function renderFacts({ tasks, criteria, cost, elapsedMs, remainingMs }: BuildStatus): string[] {
  const cap = cost.capMicroUsd === undefined ? "" : ` of ${formatUsd(cost.capMicroUsd)}`;
  const unpriced = cost.unpricedCalls > 0 ? ` + ${formatPlural(cost.unpricedCalls, "call")} of unknown price` : "";
  return [
    ...(tasks.total > 0 ? [`${tasks.done}/${tasks.total} tasks`] : []),
    ...(criteria.total > 0 ? [`${criteria.passed}/${criteria.total} criteria`] : []),
    `${formatUsd(cost.costMicroUsd)}${cap}${unpriced}`,
    formatPlural(cost.calls, "call"),
    formatDuration(elapsedMs),
    ...(remainingMs !== undefined && remainingMs > 0 ? [`about ${formatDuration(remainingMs)} left`] : []),
  ];
}

/** Every phase with the tasks of those that are at work; where there is no room for all, the quiet ones are one line together. */
function renderPhases({ phases }: BuildStatus, options: { paint: Painter; room: number }): string[] {
  const { paint, room } = options;
  const blocks = phases.map((phase) => ({ isQuiet: isQuiet(phase), lines: renderPhase(phase, paint) }));
  const all = blocks.flatMap(({ lines }) => lines);
  if (all.length <= room) return all;
  const busy = blocks.filter((block) => !block.isQuiet).flatMap(({ lines }) => lines);
  const quiet = blocks.filter((block) => block.isQuiet).length;
  const more = quiet > 0 ? [paint.dim(`    … and ${formatPlural(quiet, "phase")} more, done or not begun`)] : [];
  return [...busy.slice(0, Math.max(1, room - more.length)), ...more];
}

function isQuiet({ status, tasks }: PhaseStatus): boolean {
  return status === "accepted" || tasks.every((task) => task.status === "pending");
}

function renderPhase(phase: PhaseStatus, paint: Painter): string[] {
  const { name, status, tasks, criteria } = phase;
  const mark = {
    pending: paint.dim("·"),
    building: paint.accent("▸"),
    built: paint.good("✓"),
    accepted: paint.good("✓"),
    "not-accepted": paint.bad("✗"),
  }[status];
  const planned = tasks.filter((task) => !task.isRepair);
  const done = planned.filter((task) => task.status === "done").length;
  const facts = [
    `${done}/${planned.length} tasks`,
    ...(criteria.total > 0 ? [`${criteria.passed}/${criteria.total} criteria`] : []),
    ...(status === "accepted" || status === "not-accepted" ? [status.replace("-", " ")] : []),
  ];
  const shown = isQuiet(phase) ? [] : tasks.map((task) => renderTask(task, paint));
  return [
    `  ${mark} ${name} ${paint.dim(facts.join(" · "))}`,
    ...(shown.length > 0 ? [renderTable(shown)] : []),
  ].flatMap((text) => text.split("\n"));
}

function renderTask(task: TaskStatus, paint: Painter): string[] {
  const { id, status, attempt, durationMs, activity, reason, commit } = task;
  const tries = attempt > 1 ? paint.dim(` (try ${attempt})`) : "";
  const row = (mark: string, text: string) => [`    ${mark} ${id}${tries}`, text];
  switch (status) {
    case "done":
      return row(
        paint.good("✓"),
        paint.dim([durationMs && formatDuration(durationMs), commit?.slice(0, 7)].filter(Boolean).join(" ")),
      );
    case "running":
      return row(paint.accent("▸"), oneLine(activity ?? "running"));
    case "failed":
      return row(paint.bad("✗"), oneLine(reason ?? "failed"));
    case "cut":
      return row(paint.warn("!"), paint.warn("cut; it is done again"));
    case "pending":
      return row(paint.dim("·"), "");
  }
}

function renderFoot(status: BuildStatus, options: RenderBuildStatusOptions & { where: string }): string[] {
  const { paint, now, where } = options;
  const { holder, lastEvent, problems, reason, next, confinement } = status;
  const ago = (at: string) => formatAge(now.getTime() - Date.parse(at));
  const quoted = /^[\w./-]+$/.test(where) ? where : `'${where.replaceAll("'", "'\\''")}'`;
  const steps = next.map(({ command, effect }) => [command.replaceAll("DIR", quoted), paint.dim(effect)]);
  const rows: [string, string[]][] = [
    ["Ended", reason === undefined ? [] : [oneLine(reason)]],
    ["Held by", holder ? [`process ${holder.pid}, for ${ago(holder.startedAt).replace(" ago", "")}`] : []],
    ["Sessions", confinement ? [confinement.reason] : []],
    ["Last event", lastEvent ? [`${lastEvent.type}, ${ago(lastEvent.at)}`] : []],
    ["Problems", problems.map(oneLine)],
    [
      "Go on with",
      steps.length === 0
        ? []
        : renderTable(steps)
            .split("\n")
            .map((line) => line.slice(2)),
    ],
  ];
  return rows.flatMap(([name, lines]) =>
    lines.map((line, index) => `  ${paint.dim((index === 0 ? name : "").padEnd(11))} ${line}`),
  );
}

/** Cuts a line at the terminal's edge, since one that wrapped would count as two when it is redrawn; a cut line loses its colours. */
function cutLine(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? line : `${plain.slice(0, Math.max(1, columns - 2))}…`;
}

/** Text of a model or of a program in one line, without what would move the cursor. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim();
}
