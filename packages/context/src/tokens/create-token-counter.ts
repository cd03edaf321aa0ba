import { CcbError } from "@ccb/core/errors";

/** Counts the tokens of a text. */
export type TokenCounter = (text: string) => Promise<number>;

export interface ExactCounterOptions {
  kind: "o200k";
}

export interface AnthropicCounterOptions {
  kind: "anthropic";
  apiKey: string;
  model: string;
  baseUrl?: string;
  fetch?: typeof fetch;
}

/** Longest run of one character class that is encoded at once: byte-pair encoding is quadratic on longer ones. */
const LONGEST_RUN = 256;
const RUNS = new RegExp(`(?:\\p{L}{${LONGEST_RUN}}|\\s{${LONGEST_RUN}}|[^\\p{L}\\s\\d]{${LONGEST_RUN}})`, "gu");

/** Creates an exact counter: o200k on this machine (its table is loaded on the first call), or Anthropic's count endpoint. */
export async function createTokenCounter(options: ExactCounterOptions): Promise<(text: string) => number>;
export async function createTokenCounter(options: AnthropicCounterOptions): Promise<TokenCounter>;
export async function createTokenCounter(
  options: ExactCounterOptions | AnthropicCounterOptions,
): Promise<((text: string) => number) | TokenCounter> {
  if (options.kind === "anthropic") return (text) => countAtAnthropic(text, options);
  const [{ Tiktoken }, { default: ranks }] = await Promise.all([
    import("js-tiktoken/lite"),
    import("js-tiktoken/ranks/o200k_base"),
  ]);
  const encoding = new Tiktoken(ranks);
  return (text) => {
    let tokens = 0;
    let from = 0;
    for (const run of text.matchAll(RUNS)) {
      const end = run.index + run[0].length;
      tokens += encoding.encode(text.slice(from, end), [], []).length;
      from = end;
    }
    return tokens + encoding.encode(text.slice(from), [], []).length;
  };
}

async function countAtAnthropic(text: string, options: AnthropicCounterOptions): Promise<number> {
  const call = options.fetch ?? fetch;
  const response = await call(`${options.baseUrl ?? "https://api.anthropic.com"}/v1/messages/count_tokens`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": options.apiKey, "anthropic-version": "2023-06-01" },
    body: JSON.stringify({ model: options.model, messages: [{ role: "user", content: text }] }),
  });
  const body: unknown = await response.json().catch(() => undefined);
  const tokens = typeof body === "object" && body !== null && "input_tokens" in body ? body.input_tokens : undefined;
  if (response.ok && typeof tokens === "number") return tokens;
  throw new CcbError({
    code: "model-failed",
    message: `The token count endpoint answered ${response.status}, expected 200 with input_tokens.`,
    hint: "Check the key and the model's name, or use the built-in estimate.",
    details: { status: response.status, body },
  });
}
