import type { BuildStatus, NextStep } from "./build-status.ts";

/** What goes on from where a build stands; `DIR` stands for its directory. Pure. */
export function chooseNext(
  status: Pick<BuildStatus, "state" | "outcome"> & { cost: Pick<BuildStatus["cost"], "costMicroUsd" | "capMicroUsd"> },
): NextStep[] {
  switch (status.state) {
    case "running":
    case "pausing":
      return [
        { command: "ccb status DIR --watch", effect: "follows it" },
        { command: "ccb pause DIR", effect: "lets it rest after what is under way" },
        { command: "ccb stop DIR", effect: "ends it; finished work is kept" },
      ];
    case "paused":
      return [
        { command: "ccb resume DIR", effect: "goes on" },
        { command: "ccb stop DIR", effect: "ends it; finished work is kept" },
      ];
    case "interrupted":
      return [{ command: "ccb resume DIR", effect: "goes on after the last finished step" }];
    case "ended":
      return chooseAfterEnd(status);
  }
}

function chooseAfterEnd({ outcome, cost }: Parameters<typeof chooseNext>[0]): NextStep[] {
  switch (outcome) {
    case "done":
      return [];
    case "planned":
      return [
        { command: "ccb init DIR/artifacts/specification.md --output-dir DIR", effect: "builds what was planned" },
      ];
    case "budget-reached": {
      const usd = Math.max(1, Math.ceil(((cost.capMicroUsd ?? cost.costMicroUsd) * 2) / 1e6));
      return [{ command: `ccb resume DIR --max-cost ${usd}`, effect: "goes on with a higher cap" }];
    }
    case "acceptance-failed":
      return [
        { command: "ccb resume DIR", effect: "has another session repair what the checks saw" },
        { command: "ccb resume DIR --rerun-tests", effect: "checks again what you have mended by hand" },
      ];
    default:
      return [{ command: "ccb resume DIR", effect: "goes on after the last finished step" }];
  }
}
