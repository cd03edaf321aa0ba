import { type CallTerms, findModel, noUsage, parseAnthropicUsage, type Usage } from "@ccb/core";
import type { WorstCase } from "../reserve/_plan-worst-case.ts";
import type { StreamedAnswer } from "./_assemble-message.ts";

/** How a priced call ended, ready to be booked and logged. */
export interface CallEnd {
  outcome: "answered" | "cut" | "failed" | "unknown";
  status: number | undefined;
  model: string;
  usage: Usage;
  messageId: string | undefined;
  responseBody: unknown;
  /** The terms it was served at, where the usage says so. */
  terms?: CallTerms | undefined;
}

export interface AskedCall {
  model: string;
  worst: WorstCase;
  /** The terms asked for. */
  terms: CallTerms;
}

/** Nobody can tell what the call used: no usage is made up, and the meter keeps its reservation against the cap. */
export function unknownEnd(asked: AskedCall, options: { status?: number; responseBody?: unknown } = {}): CallEnd {
  return {
    outcome: "unknown",
    status: options.status,
    model: asked.model,
    usage: noUsage,
    messageId: undefined,
    responseBody: options.responseBody,
  };
}

/** A stream's end from what its events said, whether it came to its end or not. */
export function readStreamEnd(answer: StreamedAnswer, asked: AskedCall, status: number): CallEnd {
  const responseBody = answer.error === undefined ? answer.message : { ...answer.message, stream_error: answer.error };
  if (!answer.usage) return unknownEnd(asked, { status, responseBody });
  return {
    outcome: answer.isComplete && answer.error === undefined ? "answered" : "cut",
    status,
    model: servedModel(answer.message, asked.model),
    usage: parseAnthropicUsage(answer.usage),
    terms: readTerms(answer.usage),
    messageId: readText(answer.message, "id"),
    responseBody,
  };
}

/** The end of an answer that came in one piece with a success status. */
export function readWholeEnd(responseBody: unknown, asked: AskedCall, status: number): CallEnd {
  const raw = readField(responseBody, "usage");
  if (typeof raw !== "object" || raw === null) return unknownEnd(asked, { status, responseBody });
  return {
    outcome: "answered",
    status,
    model: servedModel(responseBody, asked.model),
    usage: parseAnthropicUsage(raw),
    terms: readTerms(raw),
    messageId: readText(responseBody, "id"),
    responseBody,
  };
}

function readTerms(usage: unknown): CallTerms {
  return {
    ...(readField(usage, "service_tier") === "batch" ? { batch: true } : {}),
    ...(readField(usage, "speed") === "fast" ? { fast: true } : {}),
    ...(readField(usage, "inference_geo") === "us" ? { usOnly: true } : {}),
  };
}

/** The model that answered is the one that is billed, unless its name tells no price and the asked one does. */
function servedModel(message: unknown, asked: string): string {
  const served = readText(message, "model");
  return served !== undefined && (findModel(served) || !findModel(asked)) ? served : asked;
}

function readField(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function readText(value: unknown, name: string): string | undefined {
  const field = readField(value, name);
  return typeof field === "string" && field !== "" ? field : undefined;
}
