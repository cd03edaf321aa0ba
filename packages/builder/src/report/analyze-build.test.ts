import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ending, makeProject, story } from "../../test-support/make-project.ts";
import { measureDistribution } from "./_measure.ts";
import { analyzeBuild } from "./analyze-build.ts";
import { type BuildRecord, readBuildRecord } from "./read-build-record.ts";
import { renderReportMarkdown, renderReportText } from "./render-report.ts";
import { renderReportHtml } from "./render-report-html.ts";
import { journalFiles, writeJournals } from "./write-journals.ts";

let directory: string;
let record: BuildRecord;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "ccb-report-"));
  await makeProject(directory);
  record = readBuildRecord(directory);
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("analyzeBuild", () => {
  it("measures what the events and the ledger tell", () => {
    const { performance, resources, quality, mcp, timeline, costOverTime, outcome } = analyzeBuild(record);
    expect(outcome).toBe("acceptance-failed");
    expect(performance).toMatchObject({ totalMs: 20_000, runs: 1, stages: { plan: 1_500 }, phases: { core: 9_500 } });
    expect(performance.tasks).toEqual({ api: 4_000, ui: 5_000 });
    expect(performance.callLatency).toMatchObject({ count: 3, median: 200, p95: 300, most: 300 });
    expect(resources).toMatchObject({ calls: 3, tokens: 11_500, unpricedCalls: 0, cacheShare: 0.65 });
    expect(resources.byAgent.map(({ name, calls, tokens }) => [name, calls, tokens])).toEqual([
      ["claude-code", 2, 10_000],
      ["task-generator", 1, 1_500],
    ]);
    expect(resources.byTask.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0)).toBe(resources.costMicroUsd);
    expect(quality).toEqual({
      ...{ criteriaPassed: 1, criteriaFailed: 1, passRate: 0.5, tasksDone: 2, tasksFailed: 0, errors: 1, warnings: 1 },
      ...{ recalledCalls: 0, recallRate: 0, refusedCalls: 0, failedCalls: 0, recoveryRate: 2 / 3 },
    });
    expect(mcp).toMatchObject({ calls: { memory: 2 }, failed: 1, violations: 1, compliance: 0.5 });
    expect(timeline.map(({ name, startMs, endMs, outcome: end }) => [name, endMs - startMs, end])).toEqual([
      ["plan", 2_000, "done"],
      ["api", 3_000, "done"],
      ["ui", 2_000, "failed"],
      ["ui", 3_000, "done"],
    ]);
    expect(costOverTime.at(-1)?.microUsd).toBe(resources.costMicroUsd);
  });

  it("measures a build that runs on, and one that was killed and went on", () => {
    const upTo = (count: number): BuildRecord => ({ ...record, events: record.events.slice(0, count), calls: [] });
    const running = analyzeBuild(upTo(7));
    expect([running.outcome, running.timeline.at(-1)?.outcome]).toEqual(["running", "running"]);
    expect(running.quality.passRate).toBeUndefined();
    const [first] = record.events;
    const again = {
      ...upTo(7),
      events: [...record.events.slice(0, 7), ...(first ? [first] : []), ...record.events.slice(-1)],
    };
    expect(analyzeBuild(again).performance).toMatchObject({ runs: 2, totalMs: 6_000 + 20_000 });
    expect(analyzeBuild({ ...record, events: [], calls: [] })).toMatchObject({ outcome: "running", timeline: [] });
  });

  it("finds percentiles by nearest rank, and counts every value once", () => {
    const spread = measureDistribution([1, 50, 51, 700, 90_000]);
    expect([spread.median, spread.p95, spread.most]).toEqual([51, 90_000, 90_000]);
    expect(spread.buckets.map(({ count }) => count)).toEqual([2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    expect(measureDistribution([])).toMatchObject({ count: 0, median: undefined, most: undefined });
  });
});

describe("the report", () => {
  it("says the same as text, Markdown and page, and lets no data become markup", () => {
    const analytics = analyzeBuild({ ...record, build: { ...record.build, project: "<img src=x>|`shop`" } });
    const forms = [renderReportText(analytics), renderReportMarkdown(analytics), renderReportHtml(analytics)];
    for (const form of forms)
      for (const figure of ["11,500", "66.7 %", "1 of 2", "4.0 s"]) expect(form).toContain(figure);
    expect(forms[1]).toContain("\\<img src=x\\>\\|\\`shop\\`");
    expect(forms[2]).toContain("&lt;img src=x&gt;");
    expect(forms[2]).not.toMatch(/<(img|script|link)|https?:/);
    expect(forms[2]?.match(/<svg/g)).toHaveLength(5);
  });

  it("is rendered for a build of which nothing is known yet", () => {
    const page = renderReportHtml(analyzeBuild({ ...record, events: [], calls: [] }));
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("the journals", () => {
  const read = (name: string) => readFileSync(join(directory, name), "utf8");

  it("tell what happened, link to each other, and every link to an event leads somewhere", async () => {
    await writeJournals({ directory, project: "shop", events: record.events });
    const [journal = "", guide = "", recovery = ""] = journalFiles.map(read);
    expect(journal).toContain("**task** `api` ended as done with commit `aaaaaaa`: 3 files");
    expect(journal).toContain("**claude-code** asked claude-opus-5-5 for task `ui`");
    expect(guide).toContain("UI \\| \\<b\\>");
    expect(recovery).toContain("ended as **acceptance-failed**");
    expect(recovery).toMatch(/## Failed checks\n\n- FC002: slow/);
    expect(recovery).not.toContain("## Open");
    for (const page of [journal, guide, recovery]) expect(page).not.toMatch(/<(script|b)>/);
    const links = [...(guide + recovery).matchAll(/agentJournal\.md#(event-\d+)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(8);
    for (const anchor of links) expect(journal).toContain(`<a id="${anchor}"></a>`);
  });

  it("say how to go on from a run that was killed", async () => {
    const killed = story.length - 8;
    await makeProject(join(directory, "killed"), story.slice(0, killed));
    const { events } = readBuildRecord(join(directory, "killed"));
    await writeJournals({ directory: join(directory, "killed"), project: "shop", events });
    const recovery = read("killed/stateRecovery.md");
    expect(recovery).toContain("It is under way, or was killed.");
    expect(recovery).toMatch(/## Open\n\n- task `ui` was under way \(attempt 2/);
    expect(recovery).toContain(`The last finished work is commit \`${"a".repeat(40)}\``);
    expect(ending.type).toBe("build-end");
  });
});
