import type { FileFacts, FunctionFact, TestFact } from "./_facts.ts";
import { makeFinding } from "./_make-finding.ts";
import { findKinds, lineOf, type SyntaxNode, squeeze } from "./_syntax.ts";
import type { GateFinding } from "./gate-finding.ts";

/** What all tests of a project say: their literals, and their texts. */
export interface TestTexts {
  tests: { literals: ReadonlySet<string>; text: string; callees: ReadonlySet<string> }[];
}

const literalKinds = {
  javascript: ["string", "number", "template_string", "true", "false"],
  python: ["string", "integer", "float", "true", "false"],
} as const;

/** Gathers what the rule compares with. */
export function readTestTexts(files: readonly FileFacts[]): TestTexts {
  const tests = files.filter(({ isTest }) => isTest).flatMap((file) => file.tests.map((test) => readTest(test, file)));
  return { tests };
}

function readTest({ node }: TestFact, file: FileFacts): TestTexts["tests"][number] {
  const text = squeeze(node.text());
  return {
    literals: new Set(findKinds(node, ...literalKinds[file.language]).map((entry) => squeeze(entry.text()))),
    text,
    callees: new Set([...text.matchAll(/([\w$]+)\(/g)].map((match) => match[1] ?? "")),
  };
}

/** Production code that answers a test instead of computing: it knows that it is tested, or knows the test's inputs and answers. */
export function findHardCodedAnswers(file: FileFacts, { tests }: TestTexts): GateFinding[] {
  if (file.isTest) return [];
  const found = [
    ...findEnvironmentTests(file),
    ...file.functions.flatMap((entry) => [...findKnownInputs(entry, file, tests), ...findConstantAnswer(entry, tests)]),
    ...findAnswerTables(file, tests),
  ];
  return found.map(({ node, reason }) =>
    makeFinding({ rule: "hard-coded-answer", path: file.path, line: lineOf(node), reason, code: node.text() }),
  );
}

interface Found {
  node: SyntaxNode;
  reason: string;
}

const knowsTest = {
  javascript:
    /process\.env(?:\.|\[["'])(?:VITEST|JEST_WORKER_ID|MOCHA|NODE_TEST_CONTEXT|PLAYWRIGHT_TEST|TEST_WORKER_INDEX)|(?:process\.env(?:\.|\[["'])NODE_ENV(?:["']\])?|\benv\.NODE_ENV)\s*===?\s*["']test["']|["']test["']\s*===?\s*process\.env|typeof (?:jest|vi|vitest|describe|it)\s*!==?|import\.meta\.vitest/,
  python: /["'](?:pytest|unittest|_pytest)["'] in sys\.modules|PYTEST_CURRENT_TEST|PYTEST_VERSION/,
};

/** A branch that returns something else while tests run. */
function findEnvironmentTests({ root, language }: FileFacts): Found[] {
  return findKinds(root, "if_statement")
    .flatMap((node) => {
      if (!knowsTest[language].test(node.field("condition")?.text() ?? "")) return [];
      const branch = node.field("consequence");
      const answers =
        branch !== null &&
        findKinds(branch, "return_statement").some((statement) => /^return\s+\S/.test(statement.text()));
      return answers ? [{ node, reason: "the code answers differently while tests run" }] : [];
    })
    .concat(findTernaries(root, language));
}

/** `return tested ? "fixed" : compute()`; a setting that a module chooses for tests is none. */
function findTernaries(root: SyntaxNode, language: FileFacts["language"]): Found[] {
  return findKinds(root, "return_statement").flatMap((node) => {
    const value = node
      .children()
      .find((child) => /^(?:ternary_expression|conditional_expression)$/.test(String(child.kind())));
    if (value === undefined || !knowsTest[language].test(value.text())) return [];
    return [{ node, reason: "the code answers differently while tests run" }];
  });
}

/** A test's data, not a word of the domain: it has a digit, a space or a sign, or it is a number that is no base case. */
function isDistinctive(literal: string): boolean {
  const text = literal.replace(/^[a-zA-Z]?"|"$/g, "");
  if (/^-?[\d_.]+$/.test(text) && !literal.includes('"')) return Math.abs(Number(text.replaceAll("_", ""))) >= 3;
  return text.length >= 3 && /[\d\s@,.;:!?[\]{}()"/\\-]|[^\x20-\x7e]/.test(text);
}

const isStatusCode = (literal: string): boolean => /^[1-5]\d\d$/.test(literal);

interface Answer {
  inputs: string[];
  output: SyntaxNode;
  node: SyntaxNode;
}

/** `if (x === "…") return …` and `case "…": return …`, where every such pair of the function stands in a test. */
function findKnownInputs(entry: FunctionFact, file: FileFacts, tests: TestTexts["tests"]): Found[] {
  if (entry.body === undefined) return [];
  const answers = readAnswers(entry.body, file).filter(({ inputs }) => inputs.length > 0);
  const data = answers.filter(
    ({ inputs, output }) =>
      inputs.some(isDistinctive) && !(inputs.every(isStatusCode) && findKinds(output, "string").length > 0),
  );
  if (data.length === 0 || data.length < answers.length) return [];
  const isTested = ({ inputs, output }: Answer): boolean =>
    tests.some(
      (test) =>
        inputs.every((input) => test.literals.has(input) || standsIn(input, test.text)) &&
        hasOutput(output, test, file),
    );
  if (!data.every(isTested)) return [];
  const first = data[0];
  return first === undefined
    ? []
    : [{ node: first.node, reason: `${entry.name || "the function"} knows the inputs and answers of its tests` }];
}

/** A literal such as '[1,2]' that stands in the test as code. */
function standsIn(input: string, text: string): boolean {
  const inner = input.replace(/^"|"$/g, "").replaceAll("\\", "");
  return inner.length >= 5 && /[[{,]/.test(inner) && text.includes(inner);
}

function hasOutput(output: SyntaxNode, test: TestTexts["tests"][number], file: FileFacts): boolean {
  const text = squeeze(output.text());
  if (/[[{]/.test(text) && test.text.includes(text)) return true;
  const literals = findKinds(output, ...literalKinds[file.language]).map((node) => squeeze(node.text()));
  return literals.length > 0 && literals.some((literal) => test.literals.has(literal));
}

function readAnswers(body: SyntaxNode, { language }: FileFacts): Answer[] {
  const kinds = literalKinds[language];
  const branches = findKinds(body, "if_statement").flatMap((node): Answer[] => {
    const condition = node.field("condition");
    const output = onlyReturn(node.field("consequence"));
    if (condition === null || output === undefined || /[<>]|!=|\|\|/.test(condition.text())) return [];
    const compared = condition.text().match(/===?/g)?.length ?? 0;
    const inputs = findKinds(condition, ...kinds).map((literal) => squeeze(literal.text()));
    if (compared === 0 || inputs.length < compared) return [];
    return [{ inputs, output, node }];
  });
  if (language === "python") return [...branches, ...readMatch(body, kinds)];
  const cases = findKinds(body, "switch_case").flatMap((node): Answer[] => {
    const value = node.field("value");
    const output = findKinds(node, "return_statement")[0]
      ?.children()
      .find((child) => child.isNamed());
    if (value === null || output === undefined || !isLiteral(output)) return [];
    return [{ inputs: findKinds(value, ...kinds).map((literal) => squeeze(literal.text())), output, node }];
  });
  return [...branches, ...cases];
}

/** Python's `match`. */
function readMatch(body: SyntaxNode, kinds: readonly string[]): Answer[] {
  return findKinds(body, "case_clause").flatMap((node): Answer[] => {
    const pattern = node.children().find((child) => child.kind() === "case_pattern");
    const output = onlyReturn(node.field("consequence"));
    if (pattern === undefined || output === undefined || pattern.text() === "_") return [];
    return [{ inputs: findKinds(pattern, ...kinds).map((literal) => squeeze(literal.text())), output, node }];
  });
}

/** What a branch returns, where it does nothing else and the value is fixed. */
function onlyReturn(branch: SyntaxNode | null): SyntaxNode | undefined {
  if (branch === null) return undefined;
  const statements =
    branch.kind() === "return_statement"
      ? [branch]
      : branch.children().filter((child) => child.isNamed() && child.kind() !== "comment");
  const [statement, ...more] = statements;
  if (statement?.kind() !== "return_statement" || more.length > 0) return undefined;
  const value = statement.children().find((child) => child.isNamed());
  return value !== undefined && isLiteral(value) ? value : undefined;
}

function isLiteral(node: SyntaxNode): boolean {
  const kinds =
    node.getRoot().root().kind() === "module" ? ["identifier"] : ["identifier", "shorthand_property_identifier"];
  const names = findKinds(node, ...kinds);
  return names.length === 0 && !/\b(?:call|call_expression)\b/.test(String(node.kind()));
}

/** A function that looks at none of its parameters and returns what a test of it expects. */
function findConstantAnswer({ name, parameters, statements, node }: FunctionFact, tests: TestTexts["tests"]): Found[] {
  const [statement, ...more] = statements;
  if (name === "" || parameters.length === 0 || statement === undefined || more.length > 0) return [];
  const value =
    statement.kind() === "return_statement" ? statement.children().find((child) => child.isNamed()) : statement;
  if (
    value === undefined ||
    !isLiteral(value) ||
    !/^(?:string|number|integer|float|object|array|list|dictionary|unary_expression)$/.test(String(value.kind()))
  )
    return [];
  const text = squeeze(value.text());
  const isTested = tests.some(
    (test) =>
      test.callees.has(name) &&
      (test.literals.has(text) || (/[[{]/.test(text) && text.length > 4 && test.text.includes(text))),
  );
  if (!isTested || (/^-?[\d.]+$/.test(text) && Math.abs(Number(text)) < 2)) return [];
  return [{ node, reason: `${name} looks at none of its parameters and returns what its test expects` }];
}

/** A table whose keys and values are, all of them, inputs and answers of tests. */
function findAnswerTables(file: FileFacts, tests: TestTexts["tests"]): Found[] {
  return file.tables.flatMap(({ pairs, node, name }) => {
    const read = pairs.map(([key, value]) => [squeeze(key), squeeze(value)] as const);
    if (read.length < 2 || !read.every(([key]) => isDistinctive(key))) return [];
    if (read.every(([key]) => isStatusCode(key))) return [];
    const isTested = ([key, value]: readonly [string, string]): boolean =>
      tests.some(({ literals }) => literals.has(key) && literals.has(value));
    return read.every(isTested) ? [{ node, reason: `${name} holds the inputs and answers of tests` }] : [];
  });
}
