import type { Usage } from "@ccb/core";

/** A block of an answer. A tool call without an id gets one that follows from the message's number. */
export type ContentBlock =
  | { type: "text"; text: string }
  | { type: "tool_use"; name: string; input: Record<string, unknown>; id?: string };

export type StopReason = "end_turn" | "max_tokens" | "stop_sequence" | "tool_use" | "pause_turn" | "refusal";

/** A whole answer. */
export interface MessageAnswer {
  content: ContentBlock[];
  /** `tool_use` where the content holds a tool call, else `end_turn`. */
  stopReason?: StopReason;
  /** Tokens; counts left out are 0. Without it the server counts characters. */
  usage?: Partial<Usage>;
}

/** An error status with an error body. */
export interface StatusFault {
  fault: "status";
  status: number;
  /** For example `rate_limit_error`, `overloaded_error`, `authentication_error`. */
  errorType: string;
  message: string;
  /** For example `{ "retry-after": "1" }`. */
  headers?: Record<string, string>;
}

/** The connection ends after so many events of the stream; an answer that is not streamed ends in the middle of its body. */
export interface CutFault {
  fault: "cut";
  afterChunks: number;
  content?: ContentBlock[];
  usage?: Partial<Usage>;
}

/** Silence after so many events of the stream, until the client gives up; without a number not even the headers are sent. */
export interface StallFault {
  fault: "stall";
  afterChunks?: number;
  content?: ContentBlock[];
  usage?: Partial<Usage>;
}

/** A well-formed answer whose text (or streamed tool input) is the first half of the JSON that it should be. */
export interface InvalidJsonFault {
  fault: "invalid-json";
  content?: ContentBlock[];
  usage?: Partial<Usage>;
}

export type Fault = StatusFault | CutFault | StallFault | InvalidJsonFault;

/** What a model server answers to one request. */
export type Answer = MessageAnswer | Fault;

/** True for a fault, false for a whole answer. */
export function isFault(answer: Answer): answer is Fault {
  return "fault" in answer;
}
