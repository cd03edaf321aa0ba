import { findModel, type MicroUsd, type Task, type Usage } from "@ccb/core";
import { dearestKnownPrices } from "./_dearest-known-prices.ts";
import { listSessionCalls, type SessionShape } from "./_forecast-calls.ts";
import { priceAt, pricesForPrompt, promptTokensOf } from "./_micro-usd.ts";
import type { PriceTable } from "./price-table.ts";

export type TaskSize = Task["size"];

/**
 * What a Claude Code session of a task is assumed to take, by the task's size. Assumptions, not measurements: they hold until past builds say otherwise.
 */
export const taskShapes: Record<TaskSize, SessionShape> = {
  S: { turns: 10, readTokensPerTurn: 700, writtenTokensPerTurn: 400 },
  M: { turns: 22, readTokensPerTurn: 900, writtenTokensPerTurn: 500 },
  L: { turns: 45, readTokensPerTurn: 1_100, writtenTokensPerTurn: 600 },
};

/** What a session of this shape costs with a model; one without a price is counted at the dearest known. */
function priceSession(modelId: string, shape: SessionShape, prices?: PriceTable): MicroUsd {
  return priceCalls(modelId, listSessionCalls(shape, 1), prices);
}

/** What a session of each size costs with a model. */
export function priceSessions(modelId: string, prices?: PriceTable): Record<TaskSize, MicroUsd> {
  const of = (size: TaskSize) => priceSession(modelId, taskShapes[size], prices);
  return { S: of("S"), M: of("M"), L: of("L") };
}

/** What calls cost with a model, each priced as a call of its own. */
export function priceCalls(modelId: string, calls: readonly Usage[], table?: PriceTable): MicroUsd {
  const model = table ? table.find(modelId) : findModel(modelId);
  return calls.reduce((sum, usage) => {
    const prices = model ? pricesForPrompt(model, promptTokensOf(usage)) : dearestKnownPrices;
    return sum + priceAt(prices, usage);
  }, 0);
}
