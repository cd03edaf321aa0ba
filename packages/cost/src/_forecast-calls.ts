import { noUsage, type Usage } from "@ccb/core";

/** What a session takes. */
export interface SessionShape {
  turns: number;
  /** New prompt tokens of a turn: tool results and files read. */
  readTokensPerTurn: number;
  /** Output tokens of a turn: text, thinking and tool calls. */
  writtenTokensPerTurn: number;
}

/** Claude Code's system prompt, tool definitions (its own and the MCP servers') and the task's assembled context; assumed. */
const sessionStartTokens = 32_000;

/** System prompt and instructions of a planning agent; assumed. */
const agentPromptTokens = 2_000;

/** The usage of every call of a session: each turn reads the earlier prompt from the cache and writes what is new to it (5 minutes). */
export function listSessionCalls(shape: SessionShape, turnFactor: number): Usage[] {
  const turns = Math.max(1, Math.round(shape.turns * turnFactor));
  const growth = shape.readTokensPerTurn + shape.writtenTokensPerTurn;
  return Array.from({ length: turns }, (_, turn) => ({
    ...noUsage,
    outputTokens: shape.writtenTokensPerTurn,
    cacheReadTokens: turn === 0 ? 0 : sessionStartTokens + (turn - 1) * growth,
    cacheWrite5mTokens: turn === 0 ? sessionStartTokens : growth,
  }));
}

interface PlanningOptions {
  specTokens: number;
  requirementCount: number;
  taskCount: number;
  phaseCount: number;
  documentCount: number;
  /** Context window of the planning model, in tokens. */
  window: number;
}

/** The usage of the calls before and after the tasks: analysis, plan, criteria (one call a phase), instructions and documents. */
export function listPlanningCalls(options: PlanningOptions): Usage[] {
  const { specTokens, requirementCount, taskCount, phaseCount, documentCount, window } = options;
  // A specification that does not fit is read in parts of half a window.
  const parts = Math.max(1, Math.ceil(specTokens / (window / 2)));
  const partTokens = Math.ceil(specTokens / parts);
  const requirementTokens = requirementCount * 80;
  const planTokens = 400 + taskCount * 250;
  const call = (inputTokens: number, outputTokens: number): Usage => ({
    ...noUsage,
    inputTokens: agentPromptTokens + inputTokens,
    outputTokens,
  });
  const repeat = (count: number, usage: Usage) => Array.from({ length: count }, () => usage);
  return [
    ...repeat(parts, call(partTokens, 2_500)),
    ...repeat(parts, call(partTokens + Math.ceil(requirementTokens / parts), Math.ceil(planTokens / parts) + 1_000)),
    ...repeat(phaseCount, call(Math.ceil((requirementTokens + planTokens) / Math.max(1, phaseCount)) + 3_000, 3_000)),
    call(planTokens + requirementTokens, 3_000),
    ...repeat(documentCount, call(planTokens + requirementTokens + 6_000, 2_500)),
  ];
}

/** What finding out about one library takes. */
const lookUpShape = {
  /** Prompt of the call that writes notes: pages and documentation that were found; assumed. */
  sourceTokens: 6_000,
  noteTokens: 1_200,
  /** Prompt tokens that one search's results add to the call that searches; assumed. */
  resultTokens: 8_000,
  answerTokens: 800,
};

/** The usage of the calls that find out about libraries: for each one call that searches the web (if any does), and one that writes notes. */
export function listResearchCalls(options: { questions: number; searchesPerQuestion: number }): Usage[] {
  const { questions, searchesPerQuestion: searches } = options;
  const { sourceTokens, noteTokens, resultTokens, answerTokens } = lookUpShape;
  const search: Usage = {
    ...noUsage,
    inputTokens: agentPromptTokens + searches * resultTokens,
    outputTokens: answerTokens,
    webSearchRequests: searches,
  };
  const notes: Usage = { ...noUsage, inputTokens: agentPromptTokens + sourceTokens, outputTokens: noteTokens };
  return Array.from({ length: questions }, () => (searches > 0 ? [search, notes] : [notes])).flat();
}
