import type { Criterion, Evidence, Requirement } from "@ccb/core";
import { expect, test } from "vitest";
import { type AcceptanceReport, planAcceptanceReport } from "./acceptance-report.ts";
import { renderTrace } from "./build-trace.ts";
import { renderAcceptanceHtml } from "./render-acceptance-html.ts";
import { renderAcceptanceMarkdown } from "./render-acceptance-markdown.ts";
import { renderJUnit } from "./render-junit.ts";
import { renderSarif } from "./render-sarif.ts";
import { renderTraceMermaid } from "./render-trace-mermaid.ts";

const hostile = `<script>alert("x")</script> & \u0007 ]]> | "quoted"`;

function makeCriterion(id: string, change: Partial<Criterion> = {}): Criterion {
  return {
    id,
    category: "functional",
    description: `It does ${id} ${hostile}`,
    steps: [],
    expectedResult: "200",
    validationMethod: "http",
    testData: [],
    requirementIds: ["R-1"],
    check: { kind: "file", path: "a.txt", expect: { exists: true } },
    ...change,
  };
}

function makeEvidence(criterionId: string, passed: boolean): Evidence {
  return {
    criterionId,
    phaseId: "one",
    checkKind: "file",
    passed,
    summary: `seen ${hostile}`,
    observations: [{ passed, what: "file a.txt", expected: "exists", received: hostile }],
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 1500,
    commit: "abcdef0123456789",
    output: `output ${hostile}`,
  };
}

const requirements: Requirement[] = [
  {
    id: "R-1",
    text: `It works. ${hostile}`,
    kind: "functional",
    priority: "must",
    span: { start: 0, end: 9, startLine: 7, endLine: 7 },
    hash: "h",
    headingPath: [],
  },
];
const good = makeCriterion("good");
const bad = makeCriterion("bad");
const manual = makeCriterion("manual", { check: null, validationMethod: "manual: a matter of taste" });
const later = makeCriterion("later");
const criteria = [
  { phase: "one", criteria: [good, bad, manual] },
  { phase: "two", criteria: [later] },
];
const evidence = new Map([
  ["good", makeEvidence("good", true)],
  ["bad", makeEvidence("bad", false)],
]);
const report: AcceptanceReport = planAcceptanceReport({
  project: `Shop ${hostile}`,
  at: "2026-01-01T10:00:00.000Z",
  commit: "abcdef0123456789",
  criteria,
  evidence,
  before: new Map([["good", makeEvidence("good", true)]]),
  requirements,
});
const trace = renderTrace({
  build: "b-1",
  requirements,
  plan: { phases: [], waivers: [] },
  criteria: criteria.flatMap((of) => of.criteria),
  evidence,
  commits: new Map(),
});

test("what no machine can check, and what was not run, is counted apart and never as passed", () => {
  expect(report.totals).toEqual({
    criteria: 4,
    passed: 1,
    failed: 1,
    "not-run": 1,
    "not-checkable": 1,
    provesNothing: 1,
  });
  expect(renderAcceptanceMarkdown(report)).toContain("1 cannot be checked by a machine and are not counted as passed");
});

test("JUnit counts suites and cases, in the order that its schema asks for", () => {
  const xml = renderJUnit(report);
  expect(xml).toMatch(
    /<testsuite name="one" package="[^"]*" id="0" timestamp="2026-01-01T10:00:00" hostname="localhost" tests="3" failures="1" errors="0" skipped="1" time="3.000">/,
  );
  expect(xml).toContain('<skipped message="manual: a matter of taste"/>');
  expect(xml.match(/<testcase /g)).toHaveLength(4);
  expect(xml).not.toContain("<script>");
  const suite = /<testsuite name="two".*?<\/testsuite>/s.exec(xml)?.[0] ?? "";
  const order = [...suite.matchAll(/<(properties|testcase|system-out|system-err)\b/g)].map(([, name]) => name);
  expect(order).toEqual(["properties", "testcase", "system-out", "system-err"]);
});

test("SARIF has a rule a criterion, and a result for what failed, proves nothing or cannot be shown, at the requirement", () => {
  const { version, runs } = JSON.parse(renderSarif(report));
  expect(version).toBe("2.1.0");
  expect(runs[0].tool.driver.rules).toHaveLength(4);
  const results = runs[0].results.map(({ ruleId, ruleIndex, level }: Record<string, unknown>) => [
    ruleId,
    ruleIndex,
    level,
  ]);
  expect(results).toEqual([
    ["good", 0, "warning"],
    ["bad", 1, "error"],
    ["manual", 2, "note"],
    ["later", 3, "note"],
  ]);
  expect(runs[0].results[1].locations[0].physicalLocation.region.startLine).toBe(7);
});

test("the HTML page holds no markup of the project's and loads nothing", () => {
  const html = renderAcceptanceHtml(report, trace);
  expect(html).not.toContain("<script");
  expect(html).not.toMatch(/(?:src|href)="(?!#)/);
  expect(html).toContain("It has not been run.");
  expect(html).toContain("before its phase too");
});

test("the flowchart names every requirement and criterion, and quotes nothing raw", () => {
  const chart = renderTraceMermaid(trace);
  expect(chart).toMatch(/^flowchart LR\n/);
  for (const id of ["good", "bad", "manual", "later"]) expect(chart).toContain(`c_${id}{{"${id}"}}`);
  expect(chart).not.toContain('"quoted"');
});
