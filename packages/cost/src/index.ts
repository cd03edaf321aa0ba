export type { CostDimension, CostFilter } from "./_cost-queries.ts";
export {
  calibrateForecast,
  type ForecastCalibration,
  type PastBuild,
} from "./calibrate-forecast.ts";
export { costMigrations } from "./cost-migrations.ts";
export {
  type CostBreakdownRow,
  type CostLedger,
  type CostLedgerOptions,
  type CostLedgerTotals,
  createCostLedger,
} from "./create-cost-ledger.ts";
export { createRateLimitHoldStore } from "./create-rate-limit-hold-store.ts";
export { type CostForecast, type ForecastCostOptions, forecastCost } from "./forecast-cost.ts";
export { parsePriceOverrides } from "./parse-price-overrides.ts";
export { createPriceTable, type PriceOverride, type PriceOverrides, type PriceTable } from "./price-table.ts";
export { priceUsage } from "./price-usage.ts";
export { type CostProjection, type ProjectCostOptions, projectCost } from "./project-cost.ts";
export { type CostBuild, readCostBuilds } from "./read-cost-builds.ts";
export { type CostRollUp, readRollUps } from "./read-roll-ups.ts";
