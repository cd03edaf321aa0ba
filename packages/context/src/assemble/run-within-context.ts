import { CcbError } from "@ccb/core/errors";
import { summarizeText } from "../chunk/summarize-text.ts";
import { type AssembledContext, type AssembleOptions, assembleContext } from "./assemble-context.ts";

/** Finished work that leaves the context: its owner keeps it, the context keeps a summary. */
export interface ArchivedWork {
  title: string;
  output: string;
  summary: string;
}

export interface OverflowOptions<T> {
  context: AssembleOptions;
  /** Does the work with a context; may be called twice. */
  run: (context: AssembledContext) => Promise<T>;
  /** Whether an error of `run` says that the context was too long. */
  isOverflow: (error: unknown) => boolean;
  /** Keeps finished work before it leaves the context. */
  archive?: (work: readonly ArchivedWork[]) => Promise<void>;
  /** A model's summary of finished work; extracted by rule when left out. */
  summarize?: (text: string) => Promise<string>;
}

export interface OverflowResult<T> {
  value: T;
  /** The context `run` succeeded with. */
  context: AssembledContext;
  /** Work that left the context; empty when nothing overflowed. */
  archived: ArchivedWork[];
  retried: boolean;
}

/** What is left of the budget after an overflow. */
const SMALLER = 0.6;
const KEPT_NOTES = 5;

/**
 * Runs work in an assembled context. When the context was too long: summarizes and archives finished work, rebuilds the context at
 * 60 % of the budget, and runs once more. Other errors pass through; a second overflow rejects with a `CcbError` (`task-failed`).
 */
export async function runWithinContext<T>(options: OverflowOptions<T>): Promise<OverflowResult<T>> {
  const { run, isOverflow } = options;
  const first = assembleContext(options.context);
  try {
    return { value: await run(first), context: first, archived: [], retried: false };
  } catch (error) {
    if (!isOverflow(error)) throw error;
  }
  const archived = await summarizeWork(options);
  await options.archive?.(archived);
  const smaller = assembleContext({
    ...options.context,
    dependencies: archived.map(({ title, summary }) => ({ title, output: summary })),
    memory: (options.context.memory ?? []).slice(0, KEPT_NOTES),
    budgetTokens: Math.floor(Math.min(options.context.budgetTokens, first.tokens) * SMALLER),
  });
  try {
    return { value: await run(smaller), context: smaller, archived, retried: true };
  } catch (cause) {
    if (!isOverflow(cause)) throw cause;
    throw new CcbError({
      code: "task-failed",
      message: `The context of "${options.context.task.title}" was too long with ${first.tokens} tokens and again with ${smaller.tokens}.`,
      hint: "Split the task, use a model with a larger window, or lower budgetTokens.",
      details: { firstTokens: first.tokens, secondTokens: smaller.tokens },
      cause,
    });
  }
}

async function summarizeWork<T>(options: OverflowOptions<T>): Promise<ArchivedWork[]> {
  const archived: ArchivedWork[] = [];
  for (const { title, output } of options.context.dependencies ?? []) {
    const summary = options.summarize ? await options.summarize(output) : summarizeText(output, { maxCharacters: 600 });
    archived.push({ title, output, summary });
  }
  return archived;
}
