import type Anthropic from "@anthropic-ai/sdk";
import {
  addUsage,
  type CallScope,
  CcbError,
  findModel,
  type Model,
  type ModelRequest,
  type ModelResult,
  renderPromptSection,
  type Usage,
} from "@ccb/core";
import { type AnswerFormat, isFormatRefusal, planAnswerFormat } from "./_answer-format.ts";
import { renderPromptBlocks, renderSystemBlocks } from "./_cache-blocks.ts";
import { type CallResult, callWithRetries } from "./_call-with-retries.ts";
import { readAnswer } from "./_read-answer.ts";
import type { StreamedAnswer } from "./_stream-answer.ts";

export interface AnthropicModelOptions {
  /** A model id of the catalogue ("claude-opus-5-5") or any id that the server knows. */
  model: string;
  /** The server without "/v1", or how to find it for a call (a gateway with one address per scope). */
  baseUrl: string | ((scope: CallScope) => string);
  /** Left out where the server behind `baseUrl` adds its own; the environment is never read. */
  apiKey?: string;
  fetch?: typeof globalThis.fetch;
  /** Milliseconds without a byte after which a call is given up and made once more; 120,000 when omitted. */
  idleTimeoutMs?: number;
  /** Further tries after a transient failure (429, 5xx, no connection, a broken stream); 6 when omitted. */
  maxRetries?: number;
}

/** Tokens asked for where neither the request nor the catalogue names a limit. */
const fallbackMaxTokens = 32_000;

/**
 * A model behind the Anthropic Messages API, or anything that speaks it. Calls are streamed, answers checked by schema and `check`, and a wrong one is
 * repaired once by showing the model what was wrong. The SDK is loaded at `prepare` or at the first call. Errors: see {@link Model}.
 */
export function createAnthropicModel(options: AnthropicModelOptions): Model {
  const info = findModel(options.model);
  return {
    id: options.model,
    info,
    prepare: loadSdk,
    generate: (request) =>
      generate(request, { ...options, wireId: info?.apiId ?? options.model, limit: info?.maxOutput }),
  };
}

/** Takes 110 ms, in which nothing else is done. */
async function loadSdk(): Promise<void> {
  await Promise.all([import("@anthropic-ai/sdk"), import("@anthropic-ai/sdk/helpers/json-schema")]).catch(
    () => undefined, // told by the call that needs it
  );
}

type Settings = AnthropicModelOptions & { wireId: string; limit: number | undefined };

/** A conversation so far: at most the question, a wrong answer and what was wrong with it. */
interface Conversation<T> {
  request: ModelRequest<T>;
  settings: Settings;
  format: AnswerFormat | undefined;
  messages: Anthropic.MessageParam[];
  maxTokens: number;
}

async function generate<T>(request: ModelRequest<T>, settings: Settings): Promise<ModelResult<T>> {
  const limit = settings.limit ?? Number.POSITIVE_INFINITY;
  const first: Conversation<T> = {
    request,
    settings,
    format: request.schema ? planAnswerFormat(request.schema) : undefined,
    messages: [{ role: "user", content: renderPromptBlocks(request.prompt) }],
    maxTokens: Math.min(request.maxOutputTokens ?? settings.limit ?? fallbackMaxTokens, limit),
  };
  const asked = await ask(first);
  const verdict = judge(asked.answer, first);
  if (verdict.good) return { value: verdict.value, usage: asked.usage, model: asked.answer.model, calls: 1 };

  const again = await ask(repair({ ...first, format: asked.format }, asked.answer, verdict.problems));
  const usage = addUsage(asked.usage, again.usage);
  const second = judge(again.answer, first);
  if (second.good) return { value: second.value, usage, model: again.answer.model, calls: 2 };
  throw invalidAnswer(first, { problems: second.problems, text: again.answer.text, usage });
}

/** One call with its retries; asks for the shape in the prompt if the server does not take it otherwise. */
async function ask<T>(
  conversation: Conversation<T>,
): Promise<{ answer: StreamedAnswer; usage: Usage; format: AnswerFormat | undefined }> {
  const result = await send(conversation);
  if (result.answer) return { answer: result.answer, usage: result.usage, format: conversation.format };
  const isRefusedFormat = result.error?.details.status === 400 && isFormatRefusal(result.error.message);
  if (conversation.format?.by === "api" && isRefusedFormat) {
    return ask({ ...conversation, format: { ...conversation.format, by: "prompt" } });
  }
  throw result.error;
}

async function send<T>(conversation: Conversation<T>): Promise<CallResult> {
  const { request, settings, format } = conversation;
  const { baseUrl } = settings;
  const isBound = format?.by === "api";
  const shape = isBound ? await renderBoundFormat(format) : undefined;
  return callWithRetries({
    params: {
      model: settings.wireId,
      max_tokens: conversation.maxTokens,
      system: renderSystemBlocks([request.system, ...(format && !isBound ? [renderShape(format)] : [])]),
      messages: conversation.messages,
      ...(shape ? { output_config: { format: shape } } : {}),
    },
    baseUrl: checkUrl(typeof baseUrl === "string" ? baseUrl : baseUrl(request.scope)),
    apiKey: settings.apiKey,
    fetch: settings.fetch ?? globalThis.fetch,
    idleTimeoutMs: settings.idleTimeoutMs ?? 120_000,
    maxRetries: settings.maxRetries ?? 6,
    signal: request.signal,
  });
}

/** The API's form of a schema: what its grammar cannot hold (limits, formats) is said in descriptions instead. */
async function renderBoundFormat(format: AnswerFormat): Promise<Anthropic.JSONOutputFormat> {
  const { jsonSchemaOutputFormat } = await import("@anthropic-ai/sdk/helpers/json-schema");
  const { type, schema } = jsonSchemaOutputFormat({ ...format.jsonSchema, type: "object" });
  return { type, schema };
}

function checkUrl(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new CcbError({
    code: "bad-input",
    message: `The base URL of the model server is not an http or https address: received ${JSON.stringify(url)}.`,
    hint: "Give the whole address, for example https://api.anthropic.com or http://127.0.0.1:8080.",
  });
}

function renderShape(format: AnswerFormat): string {
  const schema = renderPromptSection({ name: "answer-schema", content: JSON.stringify(format.jsonSchema) });
  return `Answer with one JSON document that fits this JSON Schema, and with nothing else: no prose, no code fence.\n\n${schema}`;
}

function judge<T>(answer: StreamedAnswer, conversation: Conversation<T>) {
  const { request, maxTokens } = conversation;
  if (answer.stopReason === "refusal") {
    throw new CcbError({
      code: "model-failed",
      message: `The model ${answer.model} declined to answer the agent "${request.scope.agent}" (stop_reason refusal).`,
      hint: "Look at what the specification asks for; rephrase the part that reads as harmful, or use another model.",
      details: { stopReason: answer.stopReason, model: answer.model, agent: request.scope.agent },
    });
  }
  if (answer.stopReason === "max_tokens" || answer.stopReason === "model_context_window_exceeded") {
    const limit = answer.stopReason === "max_tokens" ? `${maxTokens} tokens` : "the end of the context window";
    return { good: false as const, problems: [`The answer was cut off at ${limit} and is incomplete.`] };
  }
  return readAnswer(answer.text, request);
}

function repair<T>(conversation: Conversation<T>, answer: StreamedAnswer, problems: string[]): Conversation<T> {
  const wrong = renderPromptSection({
    name: "problems",
    content: problems.map((problem) => `- ${problem}`).join("\n"),
  });
  if (answer.stopReason === "max_tokens") {
    const limit = conversation.settings.limit ?? conversation.maxTokens;
    const note = `Your last answer to this could not be used.\n\n${wrong}\n\nAnswer whole, and more briefly.`;
    return {
      ...conversation,
      maxTokens: Math.max(conversation.maxTokens, Math.min(limit, conversation.maxTokens * 2)),
      messages: [
        { role: "user", content: [...renderPromptBlocks(conversation.request.prompt), { type: "text", text: note }] },
      ],
    };
  }
  // A server that ignores output_config has left the model without a word of the shape.
  const shape = conversation.format?.by === "api" ? `${renderShape(conversation.format)}\n\n` : "";
  const note = `Your answer cannot be used. What is wrong with it:\n\n${wrong}\n\n${shape}Answer again, whole and corrected, without comment.`;
  return {
    ...conversation,
    messages: [
      ...conversation.messages,
      { role: "assistant", content: answer.text.trim() === "" ? "(no answer)" : answer.text },
      { role: "user", content: note },
    ],
  };
}

function invalidAnswer<T>(
  conversation: Conversation<T>,
  last: { problems: string[]; text: string; usage: Usage },
): CcbError {
  const { agent } = conversation.request.scope;
  return new CcbError({
    code: "model-answer-invalid",
    message:
      `The answer of ${conversation.settings.model} to the agent "${agent}" was still wrong after one repair: ` +
      `${last.problems.slice(0, 3).join(" ")}${last.problems.length > 3 ? ` (${last.problems.length} problems)` : ""}`,
    hint: "Run again, or use a stronger model (--model); the answers are in logs/api_calls of a build.",
    details: { agent, problems: last.problems, excerpt: last.text.slice(0, 2_000), usage: last.usage, calls: 2 },
  });
}
