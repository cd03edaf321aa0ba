import { type Analysis, type Criterion, listTasks, type Plan, type Requirement } from "@ccb/core";
import { createTemplates } from "../_templates.ts";
import { type Guidance, standardCommands } from "./instruction-builder.ts";

export interface RenderInstructionsOptions {
  project: { name: string; title?: string };
  analysis: Analysis;
  plan: Plan;
  requirements: readonly Requirement[];
  /** By phase id. */
  criteria: readonly { phase: string; criteria: readonly Criterion[] }[];
  guidance: Guidance;
  /** Markdown: which MCP servers a session must use, and when. */
  mcpInstructions: string;
  /** A directory whose files replace templates of the same name; the names are those in `templates/` of this package. */
  templatesDirectory?: string;
}

/** A file of the generated project; `path` is relative to the project directory, with "/". */
export interface InstructionFile {
  path: string;
  content: string;
}

/**
 * Renders CLAUDE.md, the slash commands under `.claude/commands/` and one page per task under `artifacts/instructions/`. Writes nothing. Throws
 * `bad-input` with file and line for a template that cannot be rendered.
 */
export function renderInstructions(options: RenderInstructionsOptions): InstructionFile[] {
  const render = createTemplates(options.templatesDirectory);
  const { analysis, plan, criteria, guidance, mcpInstructions } = options;
  const project = { ...options.project, title: options.project.title ?? options.project.name };
  const shared = { project, analysis, plan, criteria, guidance, mcpInstructions };
  const commandPath = (name: string) => `.claude/commands/${name}.md`;
  return [
    { path: "CLAUDE.md", content: render("CLAUDE.md.njk", shared) },
    ...standardCommands.map((name) => ({ path: commandPath(name), content: render(`command-${name}.md.njk`, shared) })),
    ...guidance.commands.map((command) => ({
      path: commandPath(command.name),
      content: render("command.md.njk", { ...shared, command }),
    })),
    ...renderTaskPages(options).map(({ id, variables }) => ({
      path: `artifacts/instructions/${id}.md`,
      content: render("task-instructions.md.njk", { ...shared, ...variables }),
    })),
  ];
}

function renderTaskPages(options: RenderInstructionsOptions): { id: string; variables: Record<string, unknown> }[] {
  const requirements = new Map(options.requirements.map((requirement) => [requirement.id, requirement]));
  return listTasks(options.plan).map(({ task, phaseIndex }) => {
    const phase = options.plan.phases[phaseIndex];
    const ofPhase = options.criteria.find((entry) => entry.phase === phase?.id)?.criteria ?? [];
    return {
      id: task.id,
      variables: {
        task,
        phase,
        taskRequirements: task.requirementIds.map((id) => ({ id, text: requirements.get(id)?.text ?? "" })),
        taskCriteria: ofPhase.filter((criterion) =>
          criterion.requirementIds.some((id) => task.requirementIds.includes(id)),
        ),
      },
    };
  });
}
