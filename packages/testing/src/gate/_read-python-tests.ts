import type { AssertionFact, CallFact, FunctionFact, TestFact } from "./_facts.ts";
import { findKinds, type SyntaxNode, squeeze, within } from "./_syntax.ts";

interface Reading {
  root: SyntaxNode;
  calls: readonly CallFact[];
  functions: readonly FunctionFact[];
}

/** Tests of pytest and unittest. */
export function readPythonTests({ root, calls, functions }: Reading): TestFact[] {
  const asserting = findAssertingFunctions(calls, functions);
  const tests = functions.filter(
    ({ name, kind, owner }) => /^test(?:_|[A-Z]|$)/.test(name) && (kind === "function" || owner !== undefined),
  );
  const found = tests.map((test): TestFact => {
    const { name, body, node, decorators } = test;
    const assertions = body === undefined ? [] : readAssertions(body, { calls, asserting });
    const owner = test.owner === undefined ? "" : `${test.owner.name}.`;
    return { name: `${owner}${name}`, body, node, assertions, skipped: whySkipped(test, decorators) };
  });
  return [...found, ...skippedAsAWhole(root)];
}

const skipMark = /^@(?:pytest\.mark\.|unittest\.)?(?:skip|xfail|expectedFailure)(?:\(|\s*$)/;
const conditionalMark =
  /^@(?:pytest\.mark\.|unittest\.)?(?:skipif|skipIf|skipUnless)\(\s*(?:True|False|1|0|"[^"]*"|'[^']*')\s*[,)]/;

function whySkipped({ statements }: FunctionFact, decorators: readonly string[]): string | undefined {
  const mark = decorators.find((text) => skipMark.test(text) || conditionalMark.test(text));
  if (mark !== undefined && !/^@pytest\.mark\.xfail\([^)]*(?:sys\.|platform|os\.name)/.test(mark))
    return `${mark.slice(0, 60)} keeps it from counting`;
  const call = statements.find((statement) =>
    /^(?:pytest\.(?:skip|xfail)|self\.skipTest)\(|^raise (?:unittest\.)?SkipTest/.test(statement.text()),
  );
  if (call !== undefined) return `it skips itself (${call.text().slice(0, 60)})`;
  const isCut = statements.slice(0, -1).some((statement) => /^return\b/.test(statement.text()));
  return isCut ? "it returns before its end" : undefined;
}

/** Marks on classes, `pytestmark`, and a skip at the top of a file. */
function skippedAsAWhole(root: SyntaxNode): TestFact[] {
  const whole = root.children().flatMap((node): SyntaxNode[] => {
    if (
      node.kind() === "decorated_definition" &&
      node.children().some((child) => child.kind() === "class_definition")
    ) {
      return node
        .children()
        .filter(
          (child) =>
            child.kind() === "decorator" && (skipMark.test(child.text()) || conditionalMark.test(child.text())),
        );
    }
    const isMark =
      /^pytestmark\s*=.*pytest\.mark\.(?:skip|xfail)\b(?!if)/.test(node.text()) || /^pytest\.skip\(/.test(node.text());
    return node.kind() === "expression_statement" && isMark ? [node] : [];
  });
  return whole.map((node) => ({
    name: "the whole file or class",
    body: undefined,
    node,
    assertions: [],
    skipped: `${node.text().slice(0, 60)} keeps all its tests from counting`,
  }));
}

interface AssertionReading {
  calls: readonly CallFact[];
  asserting: ReadonlySet<string>;
}

const assertCall =
  /(?:^|\.)_?(?:assert(?:_\w+|[A-Z]\w*)?|raise_for_status|fail)$|^(?:self\.)?fail(?:If|Unless)\w*$|^pytest\.(?:raises|warns|fail|deprecated_call)$|^expect$|^self\.validate\w*$|^(?:self\.)?_?(?:check|verify|expect|ensure|should|must)_\w+$/;

/** Every assertion below a node: `assert`, unittest's, pytest's, and helpers that assert. */
function readAssertions(body: SyntaxNode, { calls, asserting }: AssertionReading): AssertionFact[] {
  const statements = findKinds(body, "assert_statement").map(readAssert);
  const called = within(calls, body).flatMap((call): AssertionFact[] => {
    if (assertCall.test(call.callee)) return [readAssertCall(call)];
    const isHelper = asserting.has(call.callee.replace(/^self\./, ""));
    return isHelper
      ? [{ node: call.node, text: squeeze(call.node.text()), subject: squeeze(call.node.text()), strength: 3 }]
      : [];
  });
  const raised = findKinds(body, "raise_statement").map((node): AssertionFact => {
    return { node, text: squeeze(node.text()), subject: squeeze(node.text()), strength: 2 };
  });
  const returned = findKinds(body, "return_statement").filter((node) => /[=!]=/.test(node.text()) && isGiven(body));
  return [
    ...statements,
    ...called,
    ...raised,
    ...returned.map(
      (node): AssertionFact => ({ node, text: squeeze(node.text()), subject: squeeze(node.text()), strength: 2 }),
    ),
  ];
}

/** A property test of Hypothesis may answer with a comparison. */
function isGiven(body: SyntaxNode): boolean {
  return /@(?:hypothesis\.)?given\(/.test(body.parent()?.parent()?.text().slice(0, 200) ?? "");
}

const literal = /^(?:True|False|None|-?\d[\d_.]*|[rbuf]?"[^"]*"|\[\]|\{\}|\(\))$/;

function readAssert(node: SyntaxNode): AssertionFact {
  const tested = node.children().find((child) => child.isNamed());
  const text = squeeze(tested?.text() ?? "");
  const base = { node, text: squeeze(node.text()) };
  if (tested?.kind() === "tuple" && text !== "()") return { ...base, subject: text, strength: 0 };
  if (literal.test(text)) return { ...base, subject: text, strength: 0 };
  const operator =
    tested?.kind() === "comparison_operator"
      ? (tested
          .children()
          .find((child) => !child.isNamed() || String(child.kind()) === "is not")
          ?.text() ?? "")
      : "";
  const [left = "", right = ""] = tested?.kind() === "comparison_operator" ? meaningfulSides(tested) : [text];
  if (operator === "==") {
    const isNothing = (left === right && /^[\w.$"[\]]+$/.test(left)) || (literal.test(left) && literal.test(right));
    return { ...base, subject: left, strength: isNothing ? 0 : 3 };
  }
  if (operator === "is" && right !== "None") return { ...base, subject: left, strength: left === right ? 0 : 3 };
  if (/^(?:isnot|!=)$/.test(squeeze(operator)) || (operator === "is" && right === "None"))
    return { ...base, subject: left, strength: 1 };
  if (operator !== "") return { ...base, subject: left, strength: 2 };
  return { ...base, subject: text, strength: /^isinstance\(|^not|^[\w.()[\]",=]*$/.test(text) ? 1 : 2 };
}

function meaningfulSides(node: SyntaxNode): string[] {
  const sides = node.children().filter((child) => child.isNamed());
  return [squeeze(sides[0]?.text() ?? ""), squeeze(sides.at(-1)?.text() ?? "")];
}

function readAssertCall({ callee, args, node }: CallFact): AssertionFact {
  const method = callee.split(".").at(-1) ?? "";
  const [first = "", second = ""] = args.map((arg) => squeeze(arg.text()));
  const base = { node, text: squeeze(node.text()), subject: first };
  if (/^assert(?:True|_|False)?$/.test(method)) {
    if (literal.test(first)) return { ...base, strength: 0 };
    return { ...base, strength: /==/.test(first) ? 3 : /[<>]|in\(|\bin\b/.test(first) ? 2 : 1 };
  }
  if (/Equal|_equal|allclose|array_equal/i.test(method) && !/Not/.test(method)) {
    return { ...base, strength: first === second && /^[\w.$"]+$/.test(first) ? 0 : 3 };
  }
  return { ...base, strength: /Not|IsInstance|Exists/i.test(method) ? 1 : 2 };
}

function findAssertingFunctions(calls: readonly CallFact[], functions: readonly FunctionFact[]): ReadonlySet<string> {
  const asserting = new Set<string>();
  const helpers = functions.filter(({ name, body }) => !/^test/.test(name) && body !== undefined);
  for (let before = -1; before < asserting.size; ) {
    before = asserting.size;
    for (const { name, body } of helpers) {
      if (asserting.has(name) || body === undefined) continue;
      const found = readAssertions(body, { calls, asserting });
      if (found.some(({ strength, node }) => strength > 0 && node.kind() !== "raise_statement")) asserting.add(name);
    }
  }
  return asserting;
}
