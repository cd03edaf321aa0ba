import type { AssertionFact, FileFacts, TestFact } from "./_facts.ts";
import { makeFinding } from "./_make-finding.ts";
import { findKinds, isWithin, lineOf, meaningfulChildren, type SyntaxNode } from "./_syntax.ts";
import type { GateFinding } from "./gate-finding.ts";

/** Tests that do not run, also those that are commented out. */
export function findSkippedTests(file: FileFacts): GateFinding[] {
  const skipped = file.tests.flatMap(({ name, skipped: reason, node }) => {
    if (reason === undefined) return [];
    return [
      makeFinding({
        rule: "skipped-test",
        path: file.path,
        line: lineOf(node),
        reason: `"${name}": ${reason}`,
        code: node.text(),
      }),
    ];
  });
  if (!file.isTest) return skipped;
  const form = file.language === "python" ? /^(?:async )?def test_\w+\(/ : /^(?:it|test|describe)(?:\.\w+)?\(\s*["'`]/;
  const gone = file.comments.filter(({ text, isDocumentation }) => !isDocumentation && form.test(text));
  return [
    ...skipped,
    ...gone.map(({ text, line }) =>
      makeFinding({ rule: "skipped-test", path: file.path, line, reason: "a test is commented out", code: text }),
    ),
  ];
}

/** Tests that would pass whatever the code does. */
export function findEmptyTests(file: FileFacts): GateFinding[] {
  return file.tests.flatMap(({ name, body, node, assertions, skipped }) => {
    if (body === undefined || skipped !== undefined || assertions.some(({ strength }) => strength > 0)) return [];
    if (isPropertyTest(body, node)) return [];
    const what = assertions.length > 0 ? "its assertions always hold" : "it asserts nothing";
    return [
      makeFinding({
        rule: "empty-test",
        path: file.path,
        line: lineOf(node),
        reason: `"${name}": ${what}`,
        code: node.text(),
      }),
    ];
  });
}

/** A test that hands its property to a library, or waits for a callback that fails it. */
function isPropertyTest(body: SyntaxNode, node: SyntaxNode): boolean {
  return /\b(?:fc|jsc|testProp)\.|@given\b/.test(body.text()) || /\.prop\(/.test(node.text().slice(0, 120));
}

/** Assertions that cannot fail, or that are passed over where they would. */
export function findWeakAssertions(file: FileFacts): GateFinding[] {
  return file.tests.flatMap((test) => {
    const { body, assertions, skipped } = test;
    if (body === undefined || skipped !== undefined || !assertions.some(({ strength }) => strength > 0)) return [];
    const weak = assertions.flatMap((entry) => {
      const reason = whyWeak(entry, file);
      return reason === undefined ? [] : [{ node: entry.node, reason }];
    });
    const passedOver = whyPassedOver(test, body);
    if (passedOver !== undefined) weak.push(passedOver);
    return weak.map(({ node, reason }) => {
      return makeFinding({
        rule: "weak-assertion",
        path: file.path,
        line: lineOf(node),
        reason: `"${test.name}": ${reason}`,
        code: node.text(),
      });
    });
  });
}

function whyWeak({ node, text }: AssertionFact, file: FileFacts): string | undefined {
  if (/\|\|true\b|\btrue\|\|/.test(text) || / or True\b|\bTrue or /.test(node.text()))
    return "it holds whatever comes, by an `or true`";
  if (acceptsFailure(node.text())) return "it accepts success and failure alike";
  const handler = file.handlers.find(
    ({ guarded, node: whole }) =>
      guarded !== undefined && whole.kind() !== "call_expression" && isWithin(node, guarded),
  );
  if (handler !== undefined && isLenient(handler.body, file)) return "its failure is caught and passed over";
  return undefined;
}

/** The status codes that an assertion lets pass: a list in it, or alternatives. */
function acceptsFailure(text: string): boolean {
  if (/\bnot\b|\bnotIn|assertNotIn/i.test(text)) return false;
  const isChoice = /\.(?:toContain|includes|has|indexOf|some)\(|oneOf|\bin\s*[[({]|assertIn/i.test(text);
  const list = isChoice ? /[[({]\s*([1-5]\d\d(?:\s*,\s*[1-5]\d\d)+)\s*,?\s*[\])}]/.exec(text)?.[1] : undefined;
  const alternatives = /(?:\|\||\bor\b)/.test(text)
    ? [...text.matchAll(/==+\s*([1-5]\d\d)\b/g)].map((match) => match[1] ?? "")
    : [];
  const codes = [...(list?.split(",") ?? []), ...alternatives].map((code) => code.trim()[0]);
  return codes.includes("2") && (codes.includes("4") || codes.includes("5"));
}

/** A handler that neither asserts, nor throws, nor fails the test. */
function isLenient(body: SyntaxNode, { language }: FileFacts): boolean {
  const text = body.text();
  if (
    /\b(?:assert|expect|fail|throw|raise|reject|done|should|verify|check)/i.test(
      text.replace(/^\s*(?:#|\/\/).*$/gm, "").replace(/"[^"]*"|'[^']*'/g, ""),
    )
  )
    return false;
  return language === "python" || findKinds(body, "throw_statement").length === 0;
}

const aboutMachine =
  /\b(?:process|platform|os|sys|env|environ|version|has[A-Z_]|is(?:CI|Windows|Linux|Mac)|which|shutil|CI)\b/;

/** Assertions that all stand under a condition, or after a way out. */
function whyPassedOver({ assertions }: TestFact, body: SyntaxNode): { node: SyntaxNode; reason: string } | undefined {
  const real = assertions.filter(({ strength }) => strength > 0);
  const conditions = findKinds(body, "if_statement").filter(
    (node) => !aboutMachine.test(node.field("condition")?.text() ?? ""),
  );
  const subjects = real.map(({ subject }) => subject);
  const guard = conditions.find((node) => {
    const way = node.field("consequence");
    const names = (node.field("condition")?.text() ?? "").match(/[A-Za-z_$][\w$]*/g) ?? [];
    const isAboutResult = names.some((name) => subjects.some((subject) => subject.split(/[^\w$]/)[0] === name));
    const isOut = way !== null && /^\{?\s*return;?\s*\}?$/.test(way.text().trim());
    return (
      isOut &&
      isAboutResult &&
      isStatementOf(node, body) &&
      real.every((entry) => entry.node.range().start.index > node.range().start.index)
    );
  });
  if (guard !== undefined) return { node: guard, reason: "it ends before its assertions when the result is not there" };
  const around = conditions.find((node) => real.length > 0 && real.every((entry) => isWithin(entry.node, node)));
  if (around === undefined) return undefined;
  const other = around.children().findLast((child) => /^(?:else_clause|elif_clause)$/.test(String(child.kind())));
  const calls = other?.text().replace(/\b(?:print|console\.\w+)\(/g, "") ?? "";
  if (/\w\(/.test(calls)) return undefined;
  return { node: around, reason: "it asserts only where a condition holds, and passes otherwise" };
}

function isStatementOf(node: SyntaxNode, body: SyntaxNode): boolean {
  return meaningfulChildren(body).some((statement) => statement.id() === node.id());
}
