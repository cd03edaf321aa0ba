import type { Painter } from "./_painter.ts";
import type { BuildView } from "./build-view.ts";
import { formatDuration, formatUsd } from "./format.ts";

/** The status at the foot of the terminal: a bar of tasks, what is going on, cost so far, time left. Pure. */
export function renderStatus(view: BuildView, options: { paint: Painter; columns: number; elapsedMs: number }): string {
  const { paint, columns } = options;
  const facts = [
    view.totalTasks > 0 ? `${view.doneTasks}/${view.totalTasks} tasks` : undefined,
    `${view.calls} calls`,
    `${formatUsd(view.costMicroUsd)}${view.unpriced ? " + unpriced" : ""}`,
    formatDuration(options.elapsedMs),
    view.remainingMs !== undefined && view.remainingMs > 0
      ? `about ${formatDuration(view.remainingMs)} left`
      : undefined,
  ].filter((fact) => fact !== undefined);
  const doing = view.task
    ? `${view.task.id}${view.activity ? `: ${view.activity}` : ""}`
    : (view.activity ?? view.stage ?? "");
  const width = Math.max(10, columns - 1);
  return `${paint.accent(renderBar(view))} ${facts.join(" · ")}\n${paint.dim(`  ${doing}`.slice(0, width))}`;
}

function renderBar(view: BuildView): string {
  const cells = 16;
  const full = view.totalTasks === 0 ? 0 : Math.round((view.doneTasks / view.totalTasks) * cells);
  return `[${"█".repeat(full)}${"░".repeat(cells - full)}]`;
}
