import type { ZodType } from "zod";
import { CcbError } from "./ccb-error.ts";
import type { Model, ModelResult } from "./model.ts";
import type { CallScope } from "./scope.ts";

/** What makes an agent: a name, a role, a prompt made from typed input, and the schema of its output. */
export interface AgentDefinition<Input, Output> {
  /** Lower-case words with hyphens; the cost ledger and the call log carry it. */
  name: string;
  description: string;
  /** The role, given to the model as its system prompt. */
  system: string;
  prompt: (input: Input) => string;
  /** Checked before anything is spent, where given. */
  input?: ZodType<Input>;
  /** Schema of the answer; text when omitted. */
  output?: ZodType<Output>;
  /** Problems of a well-formed answer, shown to the model in its one repair round. */
  check?: (output: Output, input: Input) => string[];
  /** Tokens. */
  maxOutputTokens?: number;
}

export interface AgentRunOptions {
  model: Model;
  /** Attribution of the call; a run on its own is booked under build "none". */
  scope?: Partial<Omit<CallScope, "agent">>;
  signal?: AbortSignal;
}

export interface Agent<Input, Output> extends AgentDefinition<Input, Output> {
  /** Asks the model once (twice where an answer had to be repaired). Rejects as {@link Model.generate} does. */
  run(input: Input, options: AgentRunOptions): Promise<ModelResult<Output>>;
}

/** Defines an agent: typed input and output, usable alone or plugged into a build. */
export function defineAgent<Input, Output = string>(definition: AgentDefinition<Input, Output>): Agent<Input, Output> {
  if (!/^[a-z][a-z0-9-]*$/.test(definition.name)) {
    throw new CcbError({
      code: "usage",
      message: `An agent's name is lower-case words with hyphens; received ${JSON.stringify(definition.name)}.`,
      hint: 'Name it for what it does, for example "risk-reviewer".',
    });
  }
  return { ...definition, run: (input, options) => runAgent({ definition, input, options }) };
}

async function runAgent<Input, Output>(run: {
  definition: AgentDefinition<Input, Output>;
  input: Input;
  options: AgentRunOptions;
}): Promise<ModelResult<Output>> {
  const { definition, options } = run;
  const input = definition.input ? parseInput(definition.name, definition.input, run.input) : run.input;
  const { check } = definition;
  return options.model.generate<Output>({
    system: definition.system,
    prompt: definition.prompt(input),
    scope: {
      build: options.scope?.build ?? "none",
      phase: options.scope?.phase,
      task: options.scope?.task,
      agent: definition.name,
    },
    ...(definition.output ? { schema: definition.output } : {}),
    ...(check ? { check: (output: Output) => check(output, input) } : {}),
    ...(definition.maxOutputTokens === undefined ? {} : { maxOutputTokens: definition.maxOutputTokens }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

function parseInput<Input>(name: string, schema: ZodType<Input>, input: Input): Input {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`);
  throw new CcbError({
    code: "usage",
    message: `The input of agent "${name}" does not fit its schema: ${issues.join("; ")}.`,
    hint: "Pass input of the shape that the agent's definition names; nothing was spent.",
    details: { issues },
  });
}
