import { findModel } from "@ccb/core";
import type { PromptToEstimate } from "../gateway.ts";

/**
 * Tokens a byte of request body can cost at most.
 *
 * Source: 766 documents (specifications, code, prose) counted by the API itself. The densest reaches 0.838 tokens a byte on
 * the tokenizer of Claude 4.7 and 4.8, 0.828 on that of Claude 5 and 0.777 on the older one (median 0.46 on Claude 5). 1 keeps
 * a margin of 19 % over all of them, and no byte-level tokenizer can exceed it: a token stands for at least one byte.
 */
const tokensPerByte = 1;

/** Hidden text the API adds: its own tool prompt and framing (documented at 264 to 804 tokens), rounded up. */
const framingTokens = 2_000;

/** Hidden schema of one tool that Anthropic defines (documented at up to 735 tokens), rounded up. */
const tokensPerTypedTool = 1_000;

/** Most tokens one picture costs (4,784 at the highest documented resolution), rounded up; its base64 bytes do not count. */
const tokensPerImage = 5_000;

/** The window assumed of a model that is not in the catalogue. */
const largestWindow = 1_000_000;

/** Tools that a server runs by itself within one call, so that their results are billed as input. */
const serverTool = /^(web_search|web_fetch|code_execution|tool_search|mcp_toolset|advisor)/;

interface PromptParts {
  images: number;
  imageBytes: number;
  /** A document whose size in tokens the body does not tell: a PDF, a URL, an uploaded file. */
  openDocuments: number;
}

/**
 * An upper bound of the tokens that a Messages request is billed for as input, from its size: one token a byte, pictures at a flat
 * rate, and never more than the model's window. Requests with server-run tools, PDFs or uploaded files count as a full window.
 */
export function estimateInputTokens(prompt: PromptToEstimate): number {
  const window = findModel(prompt.model)?.contextWindow;
  const tools = Array.isArray(prompt.body.tools) ? prompt.body.tools : [];
  const types = tools.map((tool) => readString(tool, "type")).filter((type) => type !== undefined && type !== "custom");
  const parts: PromptParts = { images: 0, imageBytes: 0, openDocuments: 0 };
  collectParts(prompt.body.messages, parts);
  collectParts(prompt.body.system, parts);
  const isOpenEnded =
    parts.openDocuments > 0 || "mcp_servers" in prompt.body || types.some((type) => serverTool.test(type ?? ""));
  if (isOpenEnded) return window ?? largestWindow;
  const bound =
    Math.ceil(Math.max(0, prompt.bytes - parts.imageBytes) * tokensPerByte) +
    parts.images * tokensPerImage +
    types.length * tokensPerTypedTool +
    framingTokens;
  return Math.min(bound, window ?? Number.MAX_SAFE_INTEGER);
}

/** Walks content blocks, tool results included, without recursion (a hostile body may nest as deep as it likes). */
function collectParts(root: unknown, parts: PromptParts): void {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) {
      for (const item of value) pending.push(item);
      continue;
    }
    const type = readString(value, "type");
    const source = readField(value, "source");
    if (type === "image") {
      parts.images += 1;
      parts.imageBytes += readString(source, "data")?.length ?? 0;
    } else if (type === "container_upload" || (type === "document" && !isTextSource(source))) {
      parts.openDocuments += 1;
    }
    const content = readField(value, "content");
    if (typeof content === "object") pending.push(content);
    if (type === "document" && readString(source, "type") === "content") pending.push(readField(source, "content"));
  }
}

function isTextSource(source: unknown): boolean {
  const type = readString(source, "type");
  return type === "text" || type === "content";
}

function readField(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function readString(value: unknown, name: string): string | undefined {
  const field = readField(value, name);
  return typeof field === "string" ? field : undefined;
}
