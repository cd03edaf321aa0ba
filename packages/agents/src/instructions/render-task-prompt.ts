import { type Criterion, type Evidence, type Phase, type Requirement, renderPromptSection, type Task } from "@ccb/core";
import { renderJsonSection, renderRequirements, renderSpecification, summarizePhase } from "../_prompt-parts.ts";
import { createTemplates } from "../_templates.ts";

export interface RenderTaskPromptOptions {
  project: { name: string; title?: string };
  task: Task;
  phase: Phase;
  /** The requirements the task fulfils. */
  requirements: readonly Requirement[];
  /** The criteria its phase is accepted by. */
  criteria: readonly Criterion[];
  /** The specification, or the part of it chosen for this task. */
  context: { text: string; complete: boolean };
  /** The id of the model that carries the task out, where it is to be named. */
  executorModel?: string;
  /** Markdown: which MCP servers must be used, and when. */
  mcpInstructions: string;
  /** The text of the project's CLAUDE.md, since sessions read no settings from the project. */
  instructions?: string;
  /** What the failed checks saw, when the phase is tried again. */
  evidence?: readonly Evidence[];
  /** Why the attempt before this one ended, where it did not come to its checks. */
  earlierFailure?: string;
  /** From 1. */
  attempt: number;
  /** As in {@link renderInstructions}. */
  templatesDirectory?: string;
}

export interface TaskPrompt {
  prompt: string;
  /** Appended to Claude Code's own system prompt. */
  systemAppend: string;
}

/** Evidence keeps this much of a command's or service's output in a prompt, from its end. */
const longestOutput = 4_000;

/** Renders the prompt of one task session and what is appended to its system prompt. Throws as {@link renderInstructions} does. */
export function renderTaskPrompt(options: RenderTaskPromptOptions): TaskPrompt {
  const render = createTemplates(options.templatesDirectory);
  const { task, phase, attempt, evidence = [], executorModel } = options;
  const project = { ...options.project, title: options.project.title ?? options.project.name };
  const shared = { project, task, phase, attempt };
  const prompt = render("task-prompt.md.njk", {
    ...shared,
    specificationComplete: options.context.complete,
    earlierFailure: options.earlierFailure ?? "",
    sections: {
      specification: renderSpecification({ ...options.context, title: project.title }),
      requirements: renderRequirements(options.requirements),
      phase: renderJsonSection("phase", summarizePhase(phase)),
      criteria: renderJsonSection("acceptance-criteria", options.criteria),
      executor:
        executorModel === undefined
          ? ""
          : renderPromptSection({ name: "executor", attributes: { model: executorModel }, content: executorModel }),
      mcpPolicy: renderPromptSection({ name: "mcp-policy", content: options.mcpInstructions }),
      evidence: evidence.length === 0 ? "" : renderJsonSection("evidence", evidence.map(cutEvidence)),
      task: renderJsonSection("task", task),
    },
  });
  const system = render("task-system.md.njk", { ...shared, instructions: options.instructions ?? "" });
  return { prompt, systemAppend: `You are the builder of CCB (Claude Code Builder).\n\n${system}` };
}

function cutEvidence({ criterionId, summary, observations, output }: Evidence) {
  return {
    criterionId,
    summary,
    failed: observations.filter((observation) => !observation.passed),
    output: output.slice(-longestOutput),
  };
}
