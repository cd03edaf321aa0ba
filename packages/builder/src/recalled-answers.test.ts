import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runFilesBuild } from "../test-support/run-files-build.ts";
import { analyzeBuild } from "./report/analyze-build.ts";
import { readBuildRecord } from "./report/read-build-record.ts";
import { renderReportText } from "./report/render-report.ts";

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ccb-recalled-"));
});

afterEach(() => rmSync(cwd, { recursive: true, force: true, maxRetries: 5 }));

const tasks = [{ id: "one", writes: { "one.txt": "1" } }];

/** Plans until a run is killed between an answer and the step that it was for. */
const killAfterFirstAnswer = () =>
  runFilesBuild({
    cwd,
    tasks,
    options: { dryRun: true },
    onEvent: ({ type }, build) => {
      if (type === "call-end") build.abandon();
    },
  });

it("a planning answer that a killed run paid for is used again, and the report says how many were", async () => {
  await killAfterFirstAnswer();
  const again = await runFilesBuild({ cwd, tasks, options: { dryRun: true } });
  expect(again.result.outcome).toBe("planned");
  const recalled = again.events.filter(({ type }) => type === "call-recalled");
  expect(recalled).toMatchObject([{ scope: { agent: "spec-analyzer" } }]);
  const record = readBuildRecord(join(cwd, "out"));
  const asked = record.calls.length;
  expect(again.calls).toBe(asked - 1);
  const analytics = analyzeBuild(record);
  expect(analytics.quality).toMatchObject({ recalledCalls: 1, recallRate: 1 / (asked + 1) });
  expect(renderReportText(analytics)).toMatch(/Planning answers used again +1 \(\d+\.\d %\)/);
});

it("no answer is used again where the user does not want it", async () => {
  await killAfterFirstAnswer();
  const again = await runFilesBuild({ cwd, tasks, options: { dryRun: true, ignoreKeptAnswers: true } });
  expect(again.events.filter(({ type }) => type === "call-recalled")).toEqual([]);
  expect(again.calls).toBe(readBuildRecord(join(cwd, "out")).calls.length - 1);
});
