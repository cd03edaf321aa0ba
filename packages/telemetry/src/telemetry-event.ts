import type { BuildEventBody, MicroUsd } from "@ccb/core";

/** What happened and when (ISO 8601): an event of a build, which has a number, or of a gateway that stands alone. */
export type TelemetryEvent = (BuildEventBody | BudgetSet) & { at: string; sequence?: number };

/** What a gateway alone may spend and has spent; a build says it with `build-start`. */
export interface BudgetSet {
  type: "budget-set";
  capMicroUsd: MicroUsd | undefined;
  totalMicroUsd: MicroUsd;
}
