export type { CostDimension, CostFilter } from "./_cost-queries.ts";
export { costMigrations } from "./cost-migrations.ts";
export {
  type CostBreakdownRow,
  type CostLedger,
  type CostLedgerOptions,
  type CostLedgerTotals,
  createCostLedger,
} from "./create-cost-ledger.ts";
export { type CostForecast, type ForecastCostOptions, forecastCost } from "./forecast-cost.ts";
export { priceUsage } from "./price-usage.ts";
