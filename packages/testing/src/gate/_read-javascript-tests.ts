import type { AssertionFact, CallFact, FunctionFact, TestFact } from "./_facts.ts";
import { closest, findKinds, meaningfulChildren, type SyntaxNode, squeeze, stringValue, within } from "./_syntax.ts";

interface Reading {
  root: SyntaxNode;
  calls: readonly CallFact[];
  functions: readonly FunctionFact[];
}

const runner = /^(?:[xf]?(?:it|test|specify|describe|context|suite)|x?scenario|[\w$]{1,20}\.test)((?:\.\w+)*)(\(|$)/;
const notRun = /\.(?:skip|todo|only|fails|failing|fixme)\b/;
const functionKinds = new Set(["arrow_function", "function_expression"]);

/** Tests and suites of Vitest, Jest, Mocha, node:test, Jasmine and Playwright. */
export function readJavaScriptTests({ root, calls, functions }: Reading): TestFact[] {
  if (!calls.some(({ callee }) => runner.test(callee))) return [];
  const asserting = findAssertingFunctions(root, calls, functions);
  return calls.flatMap((call): TestFact[] => {
    const head = runner.exec(call.callee);
    const name =
      call.args[0]?.kind() === "string" || call.args[0]?.kind() === "template_string"
        ? stringValue(call.args[0])
        : undefined;
    if (head === null || (head[2] === "(" && !/\.(?:each|for|skipIf|runIf|skip|only)\b/.test(head[1] ?? ""))) return [];
    const callback = call.args.findLast((arg) => functionKinds.has(String(arg.kind())));
    const isSuite = /^[xf]?(?:describe|context|suite)/.test(call.callee);
    const skipped = whySkipped(call, callback);
    // `context.skip("why")` is a call within a test; only a test that is left to be written has no body.
    if (name === undefined || (callback === undefined && !/\.todo$|^x(?:it|test|specify)$/.test(call.callee)))
      return [];
    if (isSuite && skipped === undefined) return [];
    const body = callback?.field("body") ?? undefined;
    const assertions = body === undefined || isSuite ? [] : readAssertions(body, { calls, asserting, root });
    return [{ name, body: isSuite ? undefined : body, node: call.node, assertions, skipped }];
  });
}

function whySkipped({ callee, args }: CallFact, callback: SyntaxNode | undefined): string | undefined {
  const head = callee.split("(")[0] ?? "";
  const modifier = notRun.exec(head)?.[0];
  if (modifier === ".only" || /^f(?:it|describe)\b/.test(head)) return `${head} keeps all other tests from running`;
  if (modifier !== undefined || /^x(?:it|test|specify|describe|context)\b/.test(head)) return `${head} does not run`;
  const options = args.find((arg) => arg.kind() === "object");
  for (const pair of options === undefined ? [] : meaningfulChildren(options)) {
    const key = pair.field("key")?.text() ?? "";
    const value = pair.field("value");
    if (!/^["']?(?:skip|todo|only)["']?$/.test(key) || value === null) continue;
    if (value.kind() === "true" || (value.kind() === "string" && value.text().length > 2))
      return `the option ${key} keeps it from running`;
  }
  return callback === undefined ? undefined : skipCallIn(callback);
}

/** `t.skip()`, `this.skip()` as a statement that always runs. */
function skipCallIn(callback: SyntaxNode): string | undefined {
  const body = callback.field("body");
  if (body?.kind() !== "statement_block") return undefined;
  const parameter = /[\w$]+/.exec((callback.field("parameters") ?? callback.field("parameter"))?.text() ?? "")?.[0];
  const statements = meaningfulChildren(body);
  if (statements.slice(0, -1).some((statement) => statement.kind() === "return_statement"))
    return "it returns before its end";
  for (const statement of statements) {
    const call = /^([\w$]+)\.(?:skip|todo)\(([\s\S]*)\)/.exec(statement.text());
    if (call === null || (call[1] !== "this" && call[1] !== parameter)) continue;
    return `it skips itself (${statement.text().slice(0, 60)})`;
  }
  return undefined;
}

const assertNames =
  "ok|equal|notEqual|strictEqual|notStrictEqual|deepEqual|notDeepEqual|deepStrictEqual|notDeepStrictEqual|partialDeepStrictEqual|match|doesNotMatch|throws|doesNotThrow|rejects|doesNotReject|fail|ifError";
const assertCall = new RegExp(
  String.raw`^(?:(?:\w+\.)?assert(?:\.strict)?(?:\.\w+)*|strict|(?:t|tap|assert)\.(?:${assertNames}|is|deepEqual|truthy|true|false|same)|sinon\.assert\.\w+|fc\.assert|chai\.assert(?:\.\w+)?)$`,
);
const helperCall =
  /^(?:\w+\.)?_?(?:assert|expect|check|verify|should|ensure|must|waitFor|waitUntil|eventually|until)(?:[A-Z_]\w*)?$/;

interface AssertionReading {
  calls: readonly CallFact[];
  asserting: ReadonlySet<string>;
  root: SyntaxNode;
}

/** Every assertion below a node: of expect, assert, should, supertest, and of helpers that assert. */
function readAssertions(body: SyntaxNode, { calls, asserting, root }: AssertionReading): AssertionFact[] {
  const imported = importedAsserts(root);
  const found = within(calls, body).flatMap(({ callee, args, node }): AssertionFact[] => {
    if (callee === "expect" || callee === "expect.soft") return [readExpectation(node, args)];
    if (assertCall.test(callee) || imported.has(callee)) return [readAssertCall(callee, args, node)];
    if (/\.(?:expect|should)$/.test(callee)) return [assertion(node, squeeze(callee), 3)];
    if (/\bshould\.[\w.]+$/.test(callee)) return [assertion(node, squeeze(callee.split(".should")[0] ?? ""), 3)];
    if (helperCall.test(callee) || asserting.has(callee.replace(/^this\./, "")))
      return [assertion(node, squeeze(node.text()), 3)];
    return [];
  });
  const thrown = findKinds(body, "throw_statement").map((node) => assertion(node, squeeze(node.text()), 2));
  return [...found, ...thrown];
}

function assertion(node: SyntaxNode, subject: string, strength: AssertionFact["strength"]): AssertionFact {
  return { node, text: squeeze(node.text()), subject, strength };
}

const literal = /^(?:true|false|null|undefined|-?\d[\d_.]*|"[^"]*"|\[\]|\{\})$/;
const existence =
  /^(?:toBeDefined|toBeTruthy|toBeFalsy|toExist|exist|ok|toBeInstanceOf|toBeTypeOf|a|an|not|toBeNull|toBeUndefined|toThrow|toHaveProperty)$/;
const partial =
  /^(?:toMatch|toContain|toMatchObject|toThrowError|toBeGreater\w+|toBeLess\w+|toHaveBeenCalled\w*|match|include\w*|contain\w*|above|below|least|most|throw)$/;

/** The whole chain of an `expect(x)`, and how much it says. */
function readExpectation(expectCall: SyntaxNode, args: readonly SyntaxNode[]): AssertionFact {
  let whole = expectCall;
  for (let parent = whole.parent(); parent !== null; parent = parent.parent()) {
    const kind = parent.kind();
    const isCalled = kind === "call_expression" && parent.field("function")?.id() === whole.id();
    if (kind !== "member_expression" && !isCalled) break;
    whole = parent;
  }
  const subject = squeeze(args.map((arg) => arg.text()).join(","));
  const chain = whole.text().slice(expectCall.text().length);
  const names = [...chain.matchAll(/\.([\w$]+)/g)].map((match) => match[1] ?? "");
  const matcher =
    (chain.includes("(") ? /\.([\w$]+)\((?!.*\.[\w$]+\()/s.exec(chain)?.[1] : names.at(-1)) ?? names.at(-1) ?? "";
  const expected = squeeze(/\(([\s\S]*)\)$/.exec(chain)?.[1] ?? "");
  const isNothing = literal.test(subject) && (expected === "" || literal.test(expected));
  if (isNothing || (subject === expected && /^[\w.$"]+$/.test(subject))) return assertion(whole, subject, 0);
  if (/^expect\.(?:any|anything)\(/.test(expected)) return assertion(whole, subject, 1);
  const withoutArgument = matcher === "toThrow" && expected !== "" ? "toThrowError" : matcher;
  return assertion(whole, subject, existence.test(withoutArgument) ? 1 : partial.test(withoutArgument) ? 2 : 3);
}

function readAssertCall(callee: string, args: readonly SyntaxNode[], node: SyntaxNode): AssertionFact {
  const method = callee.split(".").at(-1) ?? "";
  const [first = "", second = ""] = args.map((arg) => squeeze(arg.text()));
  if (/^(?:ok|assert|truthy|true|strict|isTrue|isOk)$/.test(method)) {
    if (literal.test(first)) return assertion(node, first, 0);
    const exact = /^(.+?)(===?)(.+)$/.exec(first);
    if (exact !== null && !/\|\||&&/.test(first))
      return assertion(node, exact[1] ?? first, exact[1] === exact[3] ? 0 : 3);
    return assertion(node, first, /[<>]|includes\(|\.test\(|&&|some\(|every\(/.test(first) ? 2 : 1);
  }
  if (/equal|same|^is$/i.test(method) && !/not/i.test(method)) {
    return assertion(node, first, first === second && /^[\w.$"]+$/.test(first) ? 0 : 3);
  }
  return assertion(node, first, /not|exists?|defined|instance|typeOf/i.test(method) ? 1 : 2);
}

/** Names that a file takes from an assertion library: `import { equal } from "node:assert"`. */
function importedAsserts(root: SyntaxNode): ReadonlySet<string> {
  const names = findKinds(root, "import_statement")
    .filter((node) => /["'](?:node:)?assert(?:\/strict)?["']|["']chai["']/.test(node.text()))
    .flatMap((node) =>
      findKinds(node, "import_specifier").map((entry) => (entry.field("alias") ?? entry.field("name"))?.text() ?? ""),
    );
  return new Set(names.filter((name) => name !== "expect" && name !== ""));
}

/** Functions of the file that assert, directly or through one another. */
function findAssertingFunctions(
  root: SyntaxNode,
  calls: readonly CallFact[],
  functions: readonly FunctionFact[],
): ReadonlySet<string> {
  const asserting = new Set<string>();
  const named = functions.filter(({ name, body }) => name !== "" && body !== undefined);
  for (let before = -1; before < asserting.size; ) {
    before = asserting.size;
    for (const { name, body } of named) {
      if (asserting.has(name) || body === undefined) continue;
      const found = readAssertions(body, { calls, asserting, root }).filter(
        ({ node }) => closest(node, "throw_statement") === undefined,
      );
      if (found.some(({ strength, node }) => strength > 0 && node.kind() !== "throw_statement")) asserting.add(name);
    }
  }
  return asserting;
}
