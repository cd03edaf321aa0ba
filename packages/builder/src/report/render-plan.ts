import { type Criterion, listTasks, type Plan, type Requirement } from "@ccb/core";

export interface RenderPlanOptions {
  project: string;
  plan: Plan;
  criteria: { phase: string; criteria: Criterion[] }[];
  requirements: Requirement[];
}

/** Boxes beyond which nobody can read the graph, and Mermaid does not draw its arrows. */
const mostInGraph = 150;

/** The plan as Markdown for people: the graph of the tasks, each phase with its tasks and criteria, and what is waived. Pure. */
export function renderPlan(options: RenderPlanOptions): string {
  const { plan, project } = options;
  const textOf = new Map(options.requirements.map(({ id, text }) => [id, oneLine(text)]));
  const phases = plan.phases.flatMap((phase) => [
    `## ${phase.name} (\`${phase.id}\`)`,
    phase.goal,
    phase.tasks.map(renderTask).join("\n"),
    "### Accepted when",
    (options.criteria.find((of) => of.phase === phase.id)?.criteria ?? []).map(renderCriterion).join("\n"),
  ]);
  const waivers = plan.waivers.map(
    ({ requirementId, reason }) => `- \`${requirementId}\` ${textOf.get(requirementId) ?? ""}: ${reason}`,
  );
  return [
    `# Plan of ${project}`,
    ...(listTasks(plan).length <= mostInGraph ? [renderGraph(plan)] : []),
    ...phases,
    ...(waivers.length > 0 ? ["## Waived", waivers.join("\n")] : []),
    "",
  ].join("\n\n");
}

function renderTask({ id, name, size, dependsOn, requirementIds }: Plan["phases"][number]["tasks"][number]): string {
  const after = dependsOn.length > 0 ? `, after ${dependsOn.map((other) => `\`${other}\``).join(", ")}` : "";
  return `- \`${id}\` ${name} (${size}${after}): ${requirementIds.join(", ") || "no requirement of its own"}`;
}

function renderCriterion({ id, description, check }: Criterion): string {
  return `- \`${id}\` ${oneLine(description)} (${check ? `${check.kind} check` : "cannot be checked by a machine"})`;
}

/** Tasks as boxes, phases as frames, an arrow from what comes first to what needs it. */
function renderGraph(plan: Plan): string {
  const frames = plan.phases.flatMap((phase, index) => [
    `  subgraph p${index} ["${label(phase.name)}"]`,
    ...phase.tasks.map((task) => `    ${node(task.id)}["${label(task.name)}"]`),
    "  end",
  ]);
  const arrows = listTasks(plan).flatMap(({ task }) =>
    task.dependsOn.map((id) => `  ${node(id)} --> ${node(task.id)}`),
  );
  return ["```mermaid", "flowchart LR", ...frames, ...arrows, "```"].join("\n");
}

/** Prefixed, since a task may be called "end", which Mermaid reserves. */
function node(id: string): string {
  return `t_${id}`;
}

function label(text: string): string {
  return oneLine(text).replaceAll('"', "#quot;");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
