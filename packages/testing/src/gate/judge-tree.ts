import type { FileFacts } from "./_facts.ts";
import { makeFinding } from "./_make-finding.ts";
import { readJavaScript } from "./_read-javascript.ts";
import { readPython } from "./_read-python.ts";
import { findHardCodedAnswers, readTestTexts } from "./_rule-hard-coded.ts";
import { findMocks } from "./_rule-mock.ts";
import { findStubs } from "./_rule-stub.ts";
import { findSwallowedErrors } from "./_rule-swallow.ts";
import { findEmptyTests, findSkippedTests, findWeakAssertions } from "./_rule-tests.ts";
import { findSilencedChecks, findTodos } from "./_rule-words.ts";
import { languageOf } from "./_syntax.ts";
import type { GateFinding, SourceTree } from "./gate-finding.ts";

/** Other people's code, and what tools make. */
const foreign =
  /(?:^|\/)(?:node_modules|\.venv|venv|site-packages|vendor|dist|build|coverage|__pycache__|\.git|\.next|out)\//;
const minifiedLine = 5_000;

export interface TreeVerdict {
  findings: GateFinding[];
  /** How many files were read: a verdict on none says nothing. */
  files: number;
  tests: number;
}

/**
 * Judges a project's code by its syntax tree: TypeScript, JavaScript and Python. Pure. Other files, installed packages and what tools make are left out. Findings come
 * sorted by path and line.
 */
export function judgeTree(tree: SourceTree): TreeVerdict {
  return judgeFacts(readFacts(tree));
}

/** The same for files that were read already. */
export function judgeFacts(files: readonly FileFacts[]): TreeVerdict {
  const extended = new Set(files.flatMap((file) => file.classes.flatMap(({ bases }) => bases)));
  const tests = readTestTexts(files);
  const findings = files.flatMap((file) => [
    ...(file.hasErrors ? findUnreadable(file) : []),
    ...findMocks(file),
    ...findStubs(file, extended),
    ...findHardCodedAnswers(file, tests),
    ...findEmptyTests(file),
    ...findWeakAssertions(file),
    ...findSkippedTests(file),
    ...findTodos(file),
    ...findSwallowedErrors(file),
    ...findSilencedChecks(file),
  ]);
  return {
    findings: findings.sort(byPlace),
    files: files.length,
    tests: files.reduce((sum, file) => sum + file.tests.filter(({ body }) => body !== undefined).length, 0),
  };
}

/** True for a path whose text `judgeTree` reads: code in a language it knows, that is the project's own. */
export function isJudgedPath(path: string): boolean {
  return languageOf(path) !== undefined && !foreign.test(path);
}

/** The facts of every file that the gate can read. Those of `known` with the same text are used again: parsing is what takes the time. */
export function readFacts(tree: SourceTree, known?: { tree: SourceTree; facts: readonly FileFacts[] }): FileFacts[] {
  const before = new Map(known?.facts.map((facts) => [facts.path, facts]));
  return Object.entries(tree).flatMap(([path, text]) => {
    if (!isJudgedPath(path) || text.includes("\0") || hasLongLine(text)) return [];
    const same = known?.tree[path] === text ? before.get(path) : undefined;
    return [same ?? (languageOf(path) === "python" ? readPython(path, text) : readJavaScript(path, text))];
  });
}

function hasLongLine(text: string): boolean {
  return text.length > minifiedLine && text.split("\n").some((line) => line.length > minifiedLine);
}

/** Code that no parser reads cannot be judged: that is said, and not passed over. */
function findUnreadable(file: FileFacts): GateFinding[] {
  const node = file.root.find({ rule: { kind: "ERROR" } });
  if (node === null) return [];
  return [
    makeFinding({
      rule: "unreadable-code",
      path: file.path,
      line: node.range().start.line + 1,
      reason: "the code cannot be parsed here, so the file is judged in part only",
      code: node.text(),
    }),
  ];
}

function byPlace(one: GateFinding, other: GateFinding): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : one.line - other.line;
}
