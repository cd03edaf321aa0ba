import type { Language, SyntaxNode } from "./_syntax.ts";

/** What the rules know of a file, the same for every language. */
export interface FileFacts {
  path: string;
  language: Language;
  isTest: boolean;
  root: SyntaxNode;
  /** True where the parser met something that it could not read. */
  hasErrors: boolean;
  comments: CommentFact[];
  calls: CallFact[];
  classes: ClassFact[];
  functions: FunctionFact[];
  tests: TestFact[];
  handlers: HandlerFact[];
  /** Objects and dictionaries with a name. */
  tables: TableFact[];
}

/** A comment or documentation string, without its marks. */
export interface CommentFact {
  text: string;
  line: number;
  isDocumentation: boolean;
}

export interface CallFact {
  /** "vi.mock", "expect(x).toBe": the text of what is called. */
  callee: string;
  args: SyntaxNode[];
  node: SyntaxNode;
  /** Where it begins and ends in the text; asked of the parser once, for that is slow. */
  start: number;
  end: number;
}

export interface ClassFact {
  name: string;
  bases: string[];
  isAbstract: boolean;
  hasMethods: boolean;
  node: SyntaxNode;
}

export interface FunctionFact {
  name: string;
  /** inline: an argument or a member of an object. */
  kind: "function" | "method" | "inline";
  owner: ClassFact | undefined;
  parameters: string[];
  decorators: string[];
  isAbstract: boolean;
  /** Without comments and documentation strings. */
  statements: SyntaxNode[];
  body: SyntaxNode | undefined;
  node: SyntaxNode;
  start: number;
  end: number;
}

export interface TestFact {
  name: string;
  /** Undefined where a test has no body. */
  body: SyntaxNode | undefined;
  node: SyntaxNode;
  assertions: AssertionFact[];
  /** Why it does not run, or why others do not. */
  skipped: string | undefined;
}

export interface AssertionFact {
  node: SyntaxNode;
  text: string;
  /** What is looked at, squeezed. */
  subject: string;
  /** 3 an exact value · 2 a part, a bound, an error · 1 that there is something · 0 nothing, it always holds. */
  strength: 0 | 1 | 2 | 3;
}

/** A `catch`, an `except` or a `.catch()`. */
export interface HandlerFact {
  node: SyntaxNode;
  /** What may fail. */
  guarded: SyntaxNode | undefined;
  statements: SyntaxNode[];
  body: SyntaxNode;
  /** Everything is caught, not one kind of error. */
  isBroad: boolean;
  errorName: string | undefined;
}

export interface TableFact {
  name: string;
  /** Pairs of texts, where all keys and values are literals. */
  pairs: [string, string][];
  functionMembers: number;
  /** Members made by a mocking library. */
  mockMembers: number;
  node: SyntaxNode;
}

const testFolders = /(?:^|\/)(?:tests?|__tests__|specs?|e2e|cypress)\//;
const testNames =
  /(?:[._-](?:test|tests|spec|int|e2e)(?:-d)?\.[cm]?[jt]sx?|(?:^|\/)(?:test_[^/]*|[^/]*_tests?|conftest)\.py)$/;

/** True for a file of tests, or one that only tests use. */
export function isTestPath(path: string): boolean {
  return testFolders.test(path) || testNames.test(path);
}
