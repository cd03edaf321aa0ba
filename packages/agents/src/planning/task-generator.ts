import {
  type Analysis,
  defineAgent,
  listTasks,
  type Phase,
  type Plan,
  planSchema,
  type Requirement,
  renderPromptSection,
  validatePlan,
} from "@ccb/core";
import {
  joinPrompt,
  renderJsonSection,
  renderList,
  renderRequirements,
  renderSpecification,
  renderSystem,
  type SpecificationPart,
  summarizePhase,
} from "../_prompt-parts.ts";

export interface TaskGeneratorInput {
  specification: SpecificationPart;
  /** The requirements this plan has to cover or waive. */
  requirements: readonly Requirement[];
  analysis: Analysis;
  /** The id of the model that carries the tasks out. */
  executorModel: string;
  /** Phases planned before, for other parts of the specification; tasks may depend on theirs. */
  earlierPhases?: readonly Phase[];
}

const system = renderSystem("task-generator", [
  "You turn a specification into a plan that coding sessions carry out one task at a time. You answer with one JSON document: phases in order, " +
    "each with its tasks, and waivers.",
  `Phases:\n${renderList([
    "A phase is accepted as a whole: after its last task the product must run and its acceptance tests must pass. So each phase delivers something " +
      "that can be started and tested; a phase of “models only” or “tests only” cannot be.",
    "As few as make sense: one for a small product, rarely more than six. The first contains what the others stand on.",
    "Security, validation and tests belong to the task that builds the thing, not to a phase of their own.",
  ])}`,
  `Tasks:\n${renderList([
    "A task is the work of one session: it starts from the files on disk, knows only its own description, its requirements and the specification, and ends " +
      "with passing tests and a commit. Size S: up to about 3 files; M: up to about 8; L: up to about 15. Split what is larger, join what is trivial.",
    "id: lower-case letters, digits and hyphens, unique in the whole plan, telling (“orders-api”, not “task-7”).",
    "description: what to build and how it must behave, concretely, so that someone who sees only this task can do it: names, fields, " +
      "routes, status codes, rules. Say what is left to other tasks.",
    "dependsOn: ids of tasks whose result this one needs. Only real needs: tasks without a path between them can run side by side. Never a task of a " +
      "later phase, never in a circle.",
    "files: the files it creates or changes, relative to the project directory. Two tasks that change the same file depend on each other.",
    "requirementIds: the requirements it fulfils, by the ids given, exactly as written.",
  ])}`,
  `Coverage:\n${renderList([
    "Every requirement given is in at least one task's requirementIds, or in waivers with a reason; never in both.",
    "Waive only what cannot be built here: it contradicts another requirement, needs people or money or an outside account, is no statement about the product, or is " +
      "beyond what the executor can build. The reason says which, in one sentence that the reader of the specification will accept.",
    "A requirement about quality (speed, security, operation) is covered by the task where it is decided.",
  ])}`,
]);

/** Plans phases and tasks for the requirements given; the plan is checked as a graph and for coverage. Several parts: {@link mergePlans}. */
export const taskGenerator = defineAgent<TaskGeneratorInput, Plan>({
  name: "task-generator",
  description:
    "Phases and tasks with dependencies, files, requirement ids and size; what is left out, with the reason.",
  system,
  output: planSchema,
  maxOutputTokens: 48_000,
  check: (plan, { requirements, earlierPhases = [] }) => {
    const whole: Plan = { phases: [...earlierPhases, ...plan.phases], waivers: plan.waivers };
    const earlier = earlierPhases.flatMap((phase) => phase.tasks.flatMap((task) => task.requirementIds));
    return [...validatePlan(whole, [...requirements.map(({ id }) => id), ...earlier]), ...listFileProblems(plan)];
  },
  prompt: (input) => {
    const { specification, requirements, analysis, executorModel, earlierPhases = [] } = input;
    return joinPrompt([
      renderSpecification(specification),
      renderJsonSection("analysis", analysis),
      renderPromptSection({
        name: "executor",
        attributes: { model: executorModel },
        content: `Every task is carried out by one session of Claude Code with the model ${executorModel}: it reads and writes files and runs commands in the project directory.`,
      }),
      earlierPhases.length === 0 ? undefined : renderJsonSection("earlier-phases", earlierPhases.map(summarizePhase)),
      earlierPhases.length === 0
        ? undefined
        : "The phases above are already planned for other parts of the specification. Do not repeat them; use new ids; depend on their tasks where needed.",
      renderRequirements(requirements),
      "Plan the building of these requirements.",
    ]);
  },
});

function listFileProblems(plan: Plan): string[] {
  return listTasks(plan).flatMap(({ task }) =>
    task.files
      .filter((file) => file.startsWith("/") || /^[A-Za-z]:/.test(file) || file.split(/[\\/]/).includes(".."))
      .map(
        (file) =>
          `Task "${task.id}" names the file "${file}"; files are relative to the project directory and inside it.`,
      ),
  );
}
