import type { BuildResult } from "@ccb/builder";
import type { Painter } from "./_painter.ts";

const shownCriteria = 6;
const shownTasks = 20;
/** Phases shown at a terminal; a plan of hundreds is read as a file. */
const shownPhases = 20;

/** The plan of a dry run as text for people: phases, tasks with what they wait for, criteria. `whole` is where all of it stands. Pure. */
export function renderPlan(
  planned: NonNullable<BuildResult["planned"]>,
  options: { paint: Painter; whole: string },
): string {
  const { paint, whole } = options;
  const left = planned.plan.phases.length - shownPhases;
  const lines = planned.plan.phases.slice(0, shownPhases).flatMap((phase) => {
    const criteria = planned.criteria.find((of) => of.phase === phase.id)?.criteria ?? [];
    const shown = criteria.slice(0, shownCriteria).map(({ id, description, check }) => {
      return `    ${paint.dim("•")} ${id} ${shorten(description)} ${paint.dim(`(${check?.kind ?? "not checkable"})`)}`;
    });
    const more =
      criteria.length > shown.length ? [`    ${paint.dim(`  and ${criteria.length - shown.length} more`)}`] : [];
    return [
      "",
      `${paint.strong(phase.name)} ${paint.dim(`(${phase.id})`)}`,
      ...phase.tasks.slice(0, shownTasks).map(({ id, name, size, dependsOn }) => {
        const after = dependsOn.length > 0 ? paint.dim(` ← ${dependsOn.join(", ")}`) : "";
        return `  ${paint.accent(id.padEnd(24))} ${size}  ${shorten(name)}${after}`;
      }),
      ...(phase.tasks.length > shownTasks
        ? [`  ${paint.dim(`and ${phase.tasks.length - shownTasks} more tasks`)}`]
        : []),
      ...shown,
      ...more,
    ];
  });
  if (left > 0) lines.push("", `… and ${left} more phases: see ${whole}`);
  return lines.join("\n");
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 76 ? `${line.slice(0, 75)}…` : line;
}
