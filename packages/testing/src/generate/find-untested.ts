import { type FunctionFact, isTestPath } from "../gate/_facts.ts";
import { closest, findKinds, lineOf, parseSource, spanOf } from "../gate/_syntax.ts";
import type { SourceTree } from "../gate/gate-finding.ts";
import { readFacts } from "../gate/judge-tree.ts";

/** A function that other files can call and that no test names. */
export interface UntestedFunction {
  name: string;
  /** From 1. */
  line: number;
}

/** A file of code with functions that no test names. */
export interface UntestedFile {
  path: string;
  functions: UntestedFunction[];
}

/**
 * The exported functions of a project that no test file names, by file: of JavaScript and TypeScript those that a module exports by name, of Python those at the top of a module
 * whose name does not begin with an underscore. Functions with nothing in them are left out, and so are files that hold no code of the project's own. Pure.
 */
export function findUntested(tree: SourceTree): UntestedFile[] {
  const facts = readFacts(tree);
  const named = new Set(Object.entries(tree).flatMap(([path, text]) => (isTestPath(path) ? readNames(text) : [])));
  return facts
    .filter((file) => !file.isTest && !file.hasErrors && !/(?:^|\/)(?:tests?|__tests__|scripts)\//.test(file.path))
    .map((file) => {
      const exported = file.functions.filter((fact) => fact.statements.length > 0 && isExported(fact, file.language));
      const listed = file.language === "javascript" ? readExportList(file.root) : new Set<string>();
      const byList = file.functions.filter(
        ({ name, kind, node }) => kind === "function" && listed.has(name) && isAtTop(node),
      );
      const names = new Map([...exported, ...byList].map((fact) => [fact.name, lineOf(fact.node)]));
      const functions = [...names].map(([name, line]) => ({ name, line })).filter(({ name }) => !named.has(name));
      return { path: file.path, functions: functions.sort((one, other) => one.line - other.line) };
    })
    .filter(({ functions }) => functions.length > 0);
}

/**
 * The text of a file with one of its functions emptied: it does nothing and gives nothing back. Undefined where there is no such function at the top of the file. Pure.
 */
export function emptyFunction(path: string, text: string, name: string): string | undefined {
  const [file] = readFacts({ [path]: text });
  const fact = file?.functions.find(
    (candidate) => candidate.name === name && candidate.kind === "function" && isAtTop(candidate.node),
  );
  if (file === undefined || fact?.body === undefined || fact.statements.length === 0) return undefined;
  const { start, end } = spanOf(fact.body);
  const empty =
    file.language === "python" ? "return None" : fact.body.kind() === "statement_block" ? "{}" : "undefined";
  const made = `${text.slice(0, start)}${empty}${text.slice(end)}`;
  // A test that fails because the file cannot be read would prove nothing.
  return findKinds(parseSource(path, made), "ERROR").length === 0 ? made : undefined;
}

/** Every word of a test's text but those in the paths it imports: a file is often called as its function is. */
function readNames(text: string): string[] {
  const code = text.replaceAll(/\b(?:from|require\(|import\(?)\s*(["'`])[^"'`\n]*\1/g, "");
  return code.match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

function isExported({ name, kind, node }: FunctionFact, language: "javascript" | "python"): boolean {
  if (kind !== "function" || name === "" || !isAtTop(node)) return false;
  return language === "python" ? !name.startsWith("_") : closest(node, "export_statement") !== undefined;
}

/** Not inside another function or a class. */
function isAtTop(node: FunctionFact["node"]): boolean {
  const around = [
    "statement_block",
    "class_body",
    "class_definition",
    "function_definition",
    "arrow_function",
    "function_expression",
    "object",
  ];
  return closest(node, ...around) === undefined;
}

/** The names in `export { one, two as three }`, as the file itself calls them. */
function readExportList(root: FunctionFact["node"]): Set<string> {
  const specifiers = findKinds(root, "export_specifier").filter(
    (node) => closest(node, "export_statement")?.field("source") === null,
  );
  return new Set(specifiers.flatMap((node) => node.field("name")?.text() ?? []));
}
