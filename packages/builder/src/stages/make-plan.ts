import { join } from "node:path";
import { mergePlans, taskGenerator } from "@ccb/agents";
import { diffSpecs } from "@ccb/context";
import { type Analysis, CcbError, listTasks, type Phase, type Plan, type Requirement, validatePlan } from "@ccb/core";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import type { PreviousPlan, Workbench } from "../workbench.ts";
import { pickRequirements, requirementsOf } from "./_requirements-of.ts";
import { runStep } from "./_run-step.ts";
import { chooseSpecification } from "./_specification-part.ts";
import { savePlanBasis } from "./plan-basis.ts";
import { listFinishedTasks } from "./reuse-task.ts";
import { carryPlanOver } from "./update-plan.ts";

/** Asks the task generator, chunk by chunk, and validates the whole graph; saves `artifacts/plan.json`. */
export async function makePlan(bench: Workbench, analysis: Analysis): Promise<{ plan: Plan; reused: boolean }> {
  const { specification, requirements } = bench.intake;
  const inputs = {
    specification: specification.hash,
    analysis,
    model: bench.model.id,
    executor: bench.options.model,
    agent: taskGenerator.system,
  };
  // Checked before it is saved: a plan that cannot be run is no result, and the next run asks for another.
  const { value: plan, reused } = await runStep(bench, { name: "plan", inputs }, async () => {
    const made = bench.previous ? updatePlan(bench, bench.previous, analysis) : generatePlan(bench, analysis);
    return requireRunnable(await made, requirements);
  });
  savePlanBasis(bench.journal, { specificationHash: specification.hash, inputs, plan });
  await checkChosenPhases(bench, plan);
  if (!bench.options.dryRun) checkAnythingBuilt(bench, plan);
  await writeJsonArtifact(join(bench.paths.artifacts, "plan.json"), plan);
  return { plan, reused };
}

function requireRunnable(plan: Plan, requirements: readonly Requirement[]): Plan {
  const problems = validatePlan(
    plan,
    requirements.map(({ id }) => id),
  );
  if (problems.length === 0) return plan;
  throw new CcbError({
    code: "model-answer-invalid",
    message: `The plan cannot be run: ${problems.slice(0, 5).join(" ")}${problems.length > 5 ? ` (+${problems.length - 5} more)` : ""}`,
    hint: "Run the same command again for another plan, or try another --model.",
    details: { problems },
  });
}

async function generatePlan(bench: Workbench, analysis: Analysis): Promise<Plan> {
  const { specification, chunks } = bench.intake;
  const parts: Plan[] = [];
  for (const chunk of chunks) {
    const earlier = mergePlans(parts);
    const { value } = await taskGenerator.run(
      {
        specification: { text: chunk.text, complete: chunks.length === 1, title: specification.title },
        requirements: requirementsOf(bench.intake, chunk.index),
        analysis,
        executorModel: bench.options.model,
        ...(parts.length > 0 ? { earlierPhases: chooseEarlier(earlier.phases) } : {}),
      },
      { model: bench.model, scope: { build: bench.build }, signal: bench.signal },
    );
    parts.push(value);
  }
  return mergePlans(parts);
}

/** The plan of the earlier specification, carried over, and a plan for what nothing in it covers. */
async function updatePlan(bench: Workbench, previous: PreviousPlan, analysis: Analysis): Promise<Plan> {
  const { specification, requirements } = bench.intake;
  const { plan, uncovered } = carryPlanOver(previous.plan, diffSpecs(previous.specification, specification.text));
  if (uncovered.length === 0) return plan;
  const title = `Added to ${specification.title}`;
  const { value } = await taskGenerator.run(
    {
      specification: chooseSpecification(bench, {
        task: { title, requirementIds: uncovered },
        requirements,
        budgetTokens: addedSpecificationBudget,
      }),
      requirements: pickRequirements(requirements, uncovered),
      analysis,
      executorModel: bench.options.model,
      earlierPhases: chooseEarlier(plan.phases),
    },
    { model: bench.model, scope: { build: bench.build }, signal: bench.signal },
  );
  return mergePlans([plan, value]);
}

/** Tokens of specification shown when only what was added is planned. */
const addedSpecificationBudget = 100_000;

/** Tasks of earlier parts that a later part is told about: their ids, names and files are about 60 tokens each. */
const mostEarlierTasks = 300;

/** The first phase, which the others stand on, and as many of the last as can be shown; ids of the others may come twice, and merging renames them. */
function chooseEarlier(phases: Phase[]): Phase[] {
  const [first, ...rest] = phases;
  if (!first) return [];
  let left = mostEarlierTasks - first.tasks.length;
  const shown: Phase[] = [];
  for (const phase of rest.reverse()) {
    left -= phase.tasks.length;
    if (left < 0) break;
    shown.unshift(phase);
  }
  return withoutHiddenNeeds([first, ...shown]);
}

/** A shown task may depend on one that is not shown; whoever reads the list could not follow that. */
function withoutHiddenNeeds(phases: Phase[]): Phase[] {
  const known = new Set(phases.flatMap((phase) => phase.tasks.map((task) => task.id)));
  return phases.map((phase) => ({
    ...phase,
    tasks: phase.tasks.map((task) => ({ ...task, dependsOn: task.dependsOn.filter((id) => known.has(id)) })),
  }));
}

/** A plan may waive everything; then there is nothing to build, and to call that done would be a lie. */
function checkAnythingBuilt(bench: Workbench, plan: Plan): void {
  if (plan.phases.length > 0) return;
  const reasons = [...new Set(plan.waivers.map(({ reason }) => reason))].slice(0, 3);
  throw new CcbError({
    code: "bad-input",
    message: `The plan of ${bench.model.id} builds nothing: all ${plan.waivers.length} requirements are waived. ${reasons.join("; ")}`,
    hint: "The reasons are in artifacts/plan.json. The offline model builds REST services whose specification has tables or lists of fields; another model (--model, with a key) builds anything.",
  });
}

/** Phases asked for by id must exist, and what they depend on must be among them or finished in an earlier run. */
async function checkChosenPhases(bench: Workbench, plan: Plan): Promise<void> {
  const chosen = bench.options.phases;
  if (!chosen) return;
  const known = plan.phases.map((phase) => phase.id);
  const unknown = chosen.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new CcbError({
      code: "usage",
      message: `The plan has no phase ${unknown.map((id) => `"${id}"`).join(", ")}; it has: ${known.join(", ")}.`,
      hint: "Run with --dry-run to see the plan before you choose.",
    });
  }
  const finished = new Set((await listFinishedTasks(bench, plan)).map(({ id }) => id));
  const phaseOf = new Map(listTasks(plan).map(({ task, phaseId }) => [task.id, phaseId]));
  for (const { task, phaseId } of listTasks(plan)) {
    if (!chosen.includes(phaseId)) continue;
    const missing = task.dependsOn.find((id) => !finished.has(id) && !chosen.includes(phaseOf.get(id) ?? ""));
    if (missing === undefined) continue;
    const needed = phaseOf.get(missing) ?? "";
    throw new CcbError({
      code: "usage",
      message: `Task "${task.id}" of phase "${phaseId}" needs phase "${needed}", which is left out and was not built before.`,
      hint: `Add it: --phases ${[needed, ...chosen].join(",")}`,
    });
  }
}
