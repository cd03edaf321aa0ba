import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { commandBuild, isBuilding } from "@ccb/builder";
import { type ProjectState, readProjectCosts, readProjectState, runProjectChecks } from "@ccb/builder/served";
import { CcbError, type Requirement } from "@ccb/core";
import type { CcbServices, ServiceOutput } from "@ccb/mcp/server";
import { planByRule } from "./plan-by-rule.ts";
import { searchSpec } from "./search-spec.ts";
import { claimTask, readClaim, releaseTask } from "./task-claims.ts";

type ListedTask = ServiceOutput<"list_tasks">["tasks"][number];

/** CCB's services for one project directory, which need not be there yet. */
export function createServices(options: { directory: string; environment: Record<string, string> }): CcbServices {
  const { directory, environment } = options;
  const read = () => readProjectState(directory);
  return {
    plan_spec: (input, context) => planByRule(input, { directory, environment, context }),
    list_requirements: async ({ query, status, limit }) => {
      const project = await read();
      const found = project.requirements
        .map((requirement) => describeRequirement(project, requirement))
        .filter((row) => status === undefined || row.status === status)
        .filter((row) => query === undefined || row.text.toLowerCase().includes(query.toLowerCase()));
      return { total: found.length, requirements: found.slice(0, limit) };
    },
    trace_requirement: async ({ id }) => traceRequirement(await read(), id),
    search_spec: async ({ query, limit }) => {
      const { specification } = await read();
      if (specification === undefined) throw nothingPlanned(directory);
      return { hits: searchSpec(specification, query, limit) };
    },
    list_tasks: async ({ status }) => {
      const tasks = listTasks(await read());
      return { tasks: tasks.filter((task) => status === undefined || task.status === status) };
    },
    claim_task: (input) => claim(directory, input),
    run_checks: async ({ phase, criteria }, { signal, report }) => {
      const seen = await runProjectChecks({
        directory,
        environment,
        signal,
        phase,
        criteria,
        onEvidence: ({ criterionId, passed }, { done, total }) =>
          report({ done, total, message: `${criterionId} ${passed ? "passed" : "failed"}` }),
      });
      const results = seen.map(({ criterionId: criterion, passed, summary }) => ({ criterion, passed, summary }));
      const passed = results.filter((result) => result.passed).length;
      return { passed, failed: results.length - passed, results };
    },
    read_costs: async ({ by }) => {
      const { totals, rows } = readProjectCosts(directory, by);
      const { calls, unpricedCalls } = totals;
      return {
        totalUsd: totals.costMicroUsd / 1e6,
        calls,
        unpricedCalls,
        rows: rows.map((row) => ({ key: row.key ?? "(none)", usd: row.costMicroUsd / 1e6, calls: row.calls })),
      };
    },
    control_build: async ({ action }) => {
      const answer = action === "status" ? "" : await commandBuild(directory, action);
      const { state } = await read();
      const running = isBusy(directory);
      return { running, state: state?.lifecycle ?? "none", stage: state?.stage ?? "none", answer };
    },
    documents: [
      { name: "specification", title: "The specification", mimeType: "text/markdown" },
      { name: "plan", title: "The plan with its criteria", mimeType: "text/markdown" },
      { name: "trace", title: "Requirement to task, criterion, evidence, commit", mimeType: "application/json" },
    ],
    readDocument: (name) => {
      const file = name === "trace" ? "trace.json" : `${name}.md`;
      return readFile(join(directory, "artifacts", file), "utf8").catch(() => undefined);
    },
  };
}

/** Nobody builds in a directory that is no project yet. */
function isBusy(directory: string): boolean {
  return existsSync(join(directory, ".checkpoints", "build.db")) && isBuilding(directory);
}

function describeRequirement(project: ProjectState, { id, text, priority, span }: Requirement) {
  const status = project.trace?.rows.find((row) => row.requirement.id === id)?.status ?? "not-built";
  return { id, text, priority, line: span.startLine, status };
}

function traceRequirement(project: ProjectState, id: string): ServiceOutput<"trace_requirement"> {
  const row = project.trace?.rows.find(({ requirement }) => requirement.id === id);
  if (row) {
    const { requirement, status, waiver, tasks, criteria } = row;
    return { id, text: requirement.text, status, ...(waiver === undefined ? {} : { waiver }), tasks, criteria };
  }
  const known = project.requirements.find((requirement) => requirement.id === id);
  if (known === undefined) {
    throw new CcbError({
      code: "usage",
      message: `There is no requirement "${id}".`,
      hint: "list_requirements shows their ids.",
    });
  }
  const tasks = (project.plan?.phases ?? [])
    .flatMap((phase) => phase.tasks)
    .filter((task) => task.requirementIds.includes(id))
    .map((task) => ({ id: task.id }));
  const criteria = project.criteria
    .flatMap((entry) => entry.criteria)
    .filter((criterion) => criterion.requirementIds.includes(id))
    .map((criterion) => ({ id: criterion.id }));
  return { id, text: known.text, status: "not-built", tasks, criteria };
}

/** Tasks of the plan with where they stand: what the build says, then claims, then what their dependencies allow. */
function listTasks(project: ProjectState): ListedTask[] {
  if (project.plan === undefined) throw nothingPlanned(project.directory);
  const states = new Map(
    (project.state?.phases ?? []).flatMap((phase) => phase.tasks.map((task) => [task.id, task.status] as const)),
  );
  const now = new Date();
  const tasks = project.plan.phases.flatMap((phase) => phase.tasks.map((task) => ({ phase: phase.id, task })));
  return tasks.map(({ phase, task }): ListedTask => {
    const { id, name, dependsOn } = task;
    const state = states.get(id) ?? "pending";
    const claimed = state === "pending" ? readClaim(project.directory, id, now) : undefined;
    const ready = dependsOn.every((other) => states.get(other) === "done");
    const open = claimed !== undefined ? "claimed" : ready ? "ready" : "waiting";
    const status = state === "pending" || state === "skipped" ? open : state;
    return { id, name, phase, status, dependsOn, ...(claimed === undefined ? {} : { claimedBy: claimed.by }) };
  });
}

async function claim(
  directory: string,
  input: { task?: string | undefined; by: string; release: boolean },
): Promise<ServiceOutput<"claim_task">> {
  const now = new Date();
  const tasks = listTasks(await readProjectState(directory));
  const wanted = tasks.find((task) => (input.task === undefined ? task.status === "ready" : task.id === input.task));
  if (wanted === undefined) {
    throw new CcbError({
      code: "usage",
      message: input.task === undefined ? "No task is ready." : `The plan has no task "${input.task}".`,
      hint: "list_tasks shows where each task stands.",
    });
  }
  const { id } = wanted;
  if (input.release) {
    releaseTask(directory, { task: id, by: input.by, now });
    return { task: id, claimed: false, instructions: "" };
  }
  if (isBusy(directory)) {
    throw new CcbError({
      code: "usage",
      message: "A build is running in this directory and gives its tasks out itself.",
      hint: "Stop it first: control_build with action stop.",
    });
  }
  if (wanted.status !== "ready" && wanted.claimedBy !== input.by) {
    throw new CcbError({
      code: "usage",
      message: `The task "${id}" is ${wanted.status}${wanted.claimedBy ? ` by ${wanted.claimedBy}` : ""}.`,
      hint: "Claim another one: list_tasks with status ready.",
    });
  }
  const { until } = claimTask(directory, { task: id, by: input.by, now });
  const page = join(directory, "artifacts", "instructions", `${id}.md`);
  const instructions = await readFile(page, "utf8").catch(() => renderInstructions(directory, id));
  return { task: id, claimed: true, until, instructions };
}

/** For a project that is only planned, and has no instruction pages yet. */
async function renderInstructions(directory: string, id: string): Promise<string> {
  const { plan, requirements } = await readProjectState(directory);
  const task = plan?.phases.flatMap((phase) => phase.tasks).find((candidate) => candidate.id === id);
  const texts = requirements.filter((requirement) => task?.requirementIds.includes(requirement.id));
  const lines = texts.map((requirement) => `- ${requirement.id}: ${requirement.text}`);
  return [`# ${task?.name ?? id}`, task?.description ?? "", ...lines].join("\n\n");
}

function nothingPlanned(directory: string): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `Nothing is planned in ${directory}: it has no artifacts/plan.json.`,
    hint: "Make a plan there first: ccb plan spec.md --output-dir DIR, or ccb init.",
  });
}
