import { noUsage } from "@ccb/core";
import { readWholeEnd, unknownEnd } from "../answer/_read-call-end.ts";
import type { OpenCall } from "../reserve/_open-call.ts";

/** The requests of a batch that are reserved and not yet booked, by their `custom_id`. */
export type BatchCalls = Map<string, OpenCall>;

/** The batches whose results have not been fetched through the gateway. */
export interface OpenBatches {
  add(id: string, calls: BatchCalls): void;
  /** Reads a batch's results (JSON lines) as they pass by and books each; undefined for a batch that is not open. */
  read(id: string): { push(chunk: Buffer): void; end(): void } | undefined;
  /** Books what is still open as unknown. */
  close(): void;
}

export function createOpenBatches(): OpenBatches {
  const batches = new Map<string, BatchCalls>();
  return {
    add: (id, calls) => void batches.set(id, calls),
    read(id) {
      const calls = batches.get(id);
      if (!calls) return undefined;
      const decoder = new TextDecoder();
      let rest = "";
      const take = (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) bookResult(calls, line);
      };
      return {
        push: (chunk) => take(decoder.decode(chunk, { stream: true })),
        end() {
          take("\n");
          if (calls.size === 0) batches.delete(id);
        },
      };
    },
    close() {
      for (const calls of batches.values()) for (const call of calls.values()) call.finish(unknownEnd(call.asked));
      batches.clear();
    },
  };
}

/** `{"custom_id": "…", "result": {"type": "succeeded", "message": {…}}}`; errored, canceled and expired requests are not billed. */
function bookResult(calls: BatchCalls, line: string): void {
  if (line.trim() === "") return;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return;
  }
  const { custom_id: id, result } = asFields(parsed);
  const call = typeof id === "string" ? calls.get(id) : undefined;
  if (!call || typeof id !== "string") return;
  const { type, message } = asFields(result);
  calls.delete(id);
  if (type === "succeeded") {
    const end = readWholeEnd(message, call.asked, 200);
    call.finish({ ...end, terms: { ...end.terms, batch: true } });
  } else {
    const { model } = call.asked;
    call.finish({
      outcome: "failed",
      status: undefined,
      model,
      usage: noUsage,
      messageId: undefined,
      responseBody: result,
    });
  }
}

function asFields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
