import { CcbError } from "@ccb/core";
import type { CcbServices } from "../src/server/index.ts";

/** The port filled with what needs no project: enough to see what the server itself does. */
export function createPlainServices(): CcbServices & { cancelled: string[] } {
  const cancelled: string[] = [];
  return {
    cancelled,
    plan_spec: async ({ text = "" }) => ({
      title: text,
      requirements: 0,
      criteria: 0,
      phases: [],
      waived: [],
      forecastUsd: { low: 0, expected: 0, high: 0 },
    }),
    list_requirements: async ({ limit }) => ({ total: limit, requirements: [] }),
    trace_requirement: async ({ id }) => {
      throw new CcbError({ code: "usage", message: `There is no requirement "${id}".`, hint: "Look again." });
    },
    search_spec: async () => ({ hits: [] }),
    list_tasks: async () => ({ tasks: [] }),
    claim_task: async ({ task = "next" }) => ({ task, claimed: true, instructions: "" }),
    run_checks: (_input, { signal, report }) =>
      new Promise((_resolve, reject) => {
        report({ done: 1, total: 2, message: "half" });
        signal.addEventListener("abort", () => {
          cancelled.push("run_checks");
          reject(signal.reason);
        });
      }),
    read_costs: async () => ({ totalUsd: 1, calls: 1, unpricedCalls: 0, rows: [] }),
    control_build: async ({ action }) => ({ running: false, state: "none", stage: "none", answer: action }),
    documents: [{ name: "specification", title: "The specification", mimeType: "text/markdown" }],
    readDocument: async (name) => (name === "specification" ? "# Spec" : undefined),
  };
}
