import { findModel, type MicroUsd, type Plan, type Usage } from "@ccb/core";
import { listPlanningCalls, listResearchCalls, listSessionCalls } from "./_forecast-calls.ts";
import { promptTokensOf } from "./_micro-usd.ts";
import { priceCalls, priceSessions, type TaskSize, taskShapes } from "./_task-shapes.ts";
import type { ForecastCalibration } from "./calibrate-forecast.ts";
import { createPriceTable, type PriceTable } from "./price-table.ts";

/** Turns of a low and a high course, as factors of the expected turns; without a plan the number of tasks is uncertain too. */
const withPlan = { low: 0.5, high: 2.2 };
const withoutPlan = { low: 0.35, high: 3 };

/** Of the phases, the share that needs one more session after a failed acceptance. */
const retries = { low: 0, expected: 0.25, high: 1 };

/** Libraries that are looked up where no plan says which, and web searches for each; a question may search three times. */
const assumedQuestions = { low: 0, expected: 2, high: 6 };
const searchesPerQuestion = { low: 1, expected: 2, high: 3 };

/** Without a plan: requirements that one task of size M fulfils, and tasks of a phase. */
const requirementsPerTask = 4;
const tasksPerPhase = 4;

export interface ForecastCostOptions {
  /** Estimated tokens of the specification. */
  specTokens: number;
  /** Requirements found in it. */
  requirementCount: number;
  /** The model of the task sessions. */
  model: string;
  /** The model that plans and writes documents; `model` when omitted. */
  planningModel?: string;
  /** The validated plan; before there is one, its size is assumed from the requirements and the interval is wider. */
  plan?: Plan;
  /** Documents to be written. Default 8. */
  documentCount?: number;
  /** Libraries that are looked up before code is written; none when omitted. */
  research?: {
    /** How many; assumed where there is no plan that says it. */
    questions?: number;
    /** Whether the model server searches the web for them, which is paid for by the search. */
    webSearch: boolean;
  };
  /** What past builds say; without it the assumptions stand as they are. */
  calibration?: ForecastCalibration;
  /** What models cost; the list prices of core's catalogue unless given. */
  prices?: PriceTable;
}

export interface CostForecast {
  lowMicroUsd: MicroUsd;
  expectedMicroUsd: MicroUsd;
  highMicroUsd: MicroUsd;
  /** Model calls of the expected course. */
  calls: number;
  /** Tokens of the expected course, cache reads included. */
  tokens: number;
  /** What one task session of each size is assumed to cost, before anything is learnt from past builds. */
  sessionMicroUsd: Record<TaskSize, MicroUsd>;
  /** False where a model has no known price: its calls are then priced at the dearest known of every kind. */
  isPriceKnown: boolean;
  /** What the figures rest on, as sentences for the user. */
  assumptions: string[];
}

/**
 * Forecasts what a build will cost, as an interval, before anything is spent.
 *
 * Each task is one session whose prompt grows by what it reads and writes each turn and is read from the cache after the first; each turn is priced as a call
 * of its own, so that long-prompt prices are met. Low and high are courses with fewer and more turns and retries, not statistical bounds.
 */
export function forecastCost(options: ForecastCostOptions): CostForecast {
  const { model, planningModel = model, plan, specTokens, requirementCount, documentCount = 8, calibration } = options;
  const { prices = createPriceTable() } = options;
  const phases = plan
    ? plan.phases.map((phase) => phase.tasks.map((task) => task.size))
    : assumePhases(requirementCount);
  const tasks = phases.flat();
  const factors = plan ? withPlan : withoutPlan;
  const window = findModel(planningModel)?.contextWindow ?? 200_000;

  const planning = listPlanningCalls({
    specTokens,
    requirementCount,
    taskCount: tasks.length,
    phaseCount: phases.length,
    documentCount,
    window,
  });
  const planningCost = priceCalls(planningModel, planning, prices);
  const research = planResearchCalls(options.research);
  const researchCost = (calls: Usage[]) => priceCalls(planningModel, calls, prices);
  const course = (turnFactor: number, retryShare: number) => {
    // Tasks of one size cost the same: a plan of a thousand tasks is priced three times, not a thousand.
    const sessions = countBy(tasks).map(([size, count]) => {
      const calls = listSessionCalls(taskShapes[size], turnFactor);
      const cost = priceCalls(model, calls, prices) * (calibration?.factors[size] ?? 1) * count;
      return { calls: calls.length * count, tokens: tokensOf(calls) * count, cost };
    });
    const retry = listSessionCalls(taskShapes.S, turnFactor);
    const retried = phases.length * retryShare;
    const sum = (of: (session: (typeof sessions)[number]) => number) =>
      sessions.reduce((total, session) => total + of(session), 0);
    return {
      calls: sum(({ calls }) => calls) + Math.round(retry.length * retried),
      tokens: sum(({ tokens }) => tokens) + Math.round(tokensOf(retry) * retried),
      cost: Math.round(
        sum(({ cost }) => cost) + priceCalls(model, retry, prices) * retried * (calibration?.factors.S ?? 1),
      ),
    };
  };
  const expected = course(1, retries.expected);
  const unpriced = [...new Set([model, planningModel])].filter((id) => !prices.find(id));
  const low = course(factors.low, retries.low).cost;
  const high = course(factors.high, retries.high).cost;
  return {
    lowMicroUsd:
      Math.round(planningCost * 0.6) +
      researchCost(research.low) +
      blendSpread({ assumed: low, expected: expected.cost, calibration, side: "low" }),
    expectedMicroUsd: planningCost + researchCost(research.expected) + expected.cost,
    highMicroUsd:
      planningCost * 2 +
      researchCost(research.high) +
      blendSpread({ assumed: high, expected: expected.cost, calibration, side: "high" }),
    calls: planning.length + research.expected.length + expected.calls,
    tokens: tokensOf(planning) + tokensOf(research.expected) + expected.tokens,
    sessionMicroUsd: priceSessions(model, prices),
    isPriceKnown: unpriced.length === 0,
    assumptions: describeAssumptions({
      options,
      taskCount: tasks.length,
      planningCalls: planning.length,
      factors,
      unpriced,
    }),
  };
}

/** The calls of research in the three courses. */
function planResearchCalls(research: ForecastCostOptions["research"]): Record<"low" | "expected" | "high", Usage[]> {
  const course = (at: "low" | "expected" | "high") =>
    research
      ? listResearchCalls({
          questions: research.questions ?? assumedQuestions[at],
          searchesPerQuestion: research.webSearch ? searchesPerQuestion[at] : 0,
        })
      : [];
  return { low: course("low"), expected: course("expected"), high: course("high") };
}

/** An end of the interval: as assumed, drawn to what past tasks spread by the more of them there are (half at twenty). */
function blendSpread(end: {
  assumed: MicroUsd;
  expected: MicroUsd;
  calibration: ForecastCalibration | undefined;
  side: "low" | "high";
}): MicroUsd {
  const { assumed, expected, calibration, side } = end;
  if (!calibration?.spread || expected === 0) return assumed;
  const weight = calibration.tasks / (calibration.tasks + 20);
  return Math.round(expected * (assumed / expected) ** (1 - weight) * calibration.spread[side] ** weight);
}

function assumePhases(requirementCount: number): "M"[][] {
  const taskCount = Math.max(1, Math.ceil(requirementCount / requirementsPerTask));
  const phases: "M"[][] = [];
  for (let index = 0; index < taskCount; index += tasksPerPhase) {
    phases.push(new Array<"M">(Math.min(tasksPerPhase, taskCount - index)).fill("M"));
  }
  return phases;
}

function countBy<T>(items: readonly T[]): [item: T, count: number][] {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts];
}

function tokensOf(calls: readonly Usage[]): number {
  return calls.reduce((sum, usage) => sum + promptTokensOf(usage) + usage.outputTokens, 0);
}

function describeResearch(research: ForecastCostOptions["research"]): string[] {
  if (!research || research.questions === 0) return [];
  const { low, expected, high } = searchesPerQuestion;
  const searches = research.webSearch
    ? `, each with ${expected} web searches (low ${low}, high ${high}), which are paid for one by one`
    : ", without a web search";
  const { questions } = research;
  if (questions !== undefined)
    return [`${questions === 1 ? "One library is" : `${questions} libraries are`} looked up${searches}.`];
  return [`Libraries looked up: ${assumedQuestions.expected}, at most ${assumedQuestions.high}${searches}.`];
}

function describeCalibration(calibration: ForecastCalibration | undefined): string {
  if (!calibration || calibration.tasks === 0) return "not yet measured on past builds";
  const factors = Object.entries(calibration.factors).map(([size, factor]) => `${size} × ${factor.toFixed(2)}`);
  return `corrected by what ${calibration.tasks} finished tasks of past builds cost: ${factors.join(", ")}`;
}

function describeAssumptions(found: {
  options: ForecastCostOptions;
  taskCount: number;
  planningCalls: number;
  factors: { low: number; high: number };
  unpriced: string[];
}): string[] {
  const { options, taskCount, factors } = found;
  const turns = Object.entries(taskShapes).map(([size, shape]) => `${size} ${shape.turns}`);
  return [
    options.plan
      ? `The plan has ${taskCount} tasks, each one Claude Code session.`
      : `There is no plan yet: one task for every ${requirementsPerTask} of the ${options.requirementCount} requirements, so ${taskCount} tasks of size M.`,
    `Turns of a session by task size: ${turns.join(", ")}. These are assumptions, ${describeCalibration(options.calibration)}.`,
    "The prompt of a session is written to the cache as it grows and read from it at every later turn.",
    `Low: ${factors.low} times the turns and no retry. High: ${factors.high} times the turns, one retry in every phase, planning twice as dear.`,
    `Expected: one phase in ${1 / retries.expected} needs a retry.`,
    ...describeResearch(options.research),
    `Planning and documents: ${found.planningCalls} calls for a specification of about ${options.specTokens} tokens.`,
    ...found.unpriced.map(
      (id) => `The price of "${id}" is not known; its calls are counted at the dearest known price of every kind.`,
    ),
  ];
}
