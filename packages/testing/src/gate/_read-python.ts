import { readComments } from "./_comments.ts";
import type { CallFact, ClassFact, CommentFact, FileFacts, FunctionFact, HandlerFact } from "./_facts.ts";
import { isTestPath } from "./_facts.ts";
import { readPythonTests } from "./_read-python-tests.ts";
import { readPythonTables } from "./_read-tables.ts";
import {
  findKinds,
  isUnreadable,
  lineOf,
  meaningfulChildren,
  parseSource,
  type SyntaxNode,
  spanOf,
  stringValue,
} from "./_syntax.ts";

/** Reads Python. */
export function readPython(path: string, text: string): FileFacts {
  const root = parseSource(path, text);
  const calls = readCalls(root);
  const classes = findKinds(root, "class_definition").map(readClass);
  const functions = findKinds(root, "function_definition").map((node) => readFunction(node, classes));
  const isTest = isTestPath(path);
  return {
    path,
    language: "python",
    isTest,
    root,
    hasErrors: isUnreadable(root, text),
    comments: [...readComments(findKinds(root, "comment")), ...readDocumentation(root)].sort(
      (one, other) => one.line - other.line,
    ),
    calls,
    classes,
    functions,
    tests: isTest ? readPythonTests({ root, calls, functions }) : [],
    handlers: [
      ...findKinds(root, "except_clause").flatMap(readExcept),
      ...findKinds(root, "with_statement").flatMap(readSuppress),
    ],
    tables: readPythonTables(root),
  };
}

function readCalls(root: SyntaxNode): CallFact[] {
  return findKinds(root, "call").map((node) => {
    const args = node.field("arguments");
    return {
      callee: node.field("function")?.text() ?? "",
      args: args === null ? [] : meaningfulChildren(args),
      node,
      ...spanOf(node),
    };
  });
}

function readClass(node: SyntaxNode): ClassFact {
  const bases = node.field("superclasses")?.text() ?? "";
  const body = node.field("body");
  return {
    name: node.field("name")?.text() ?? "",
    bases: bases.split(/[^\w]+/).filter((word) => word !== "" && word !== "metaclass"),
    isAbstract: /\b(?:ABC|ABCMeta|Protocol)\b/.test(bases),
    hasMethods:
      body !== null &&
      findKinds(body, "function_definition").some((method) => !/^__\w+__$/.test(method.field("name")?.text() ?? "")),
    node,
  };
}

function readFunction(node: SyntaxNode, classes: readonly ClassFact[]): FunctionFact {
  const body = node.field("body") ?? undefined;
  const parent = node.parent();
  const decorators =
    parent?.kind() === "decorated_definition"
      ? parent.children().flatMap((child) => (child.kind() === "decorator" ? [child.text()] : []))
      : [];
  const block = parent?.kind() === "decorated_definition" ? parent.parent() : parent;
  const holder = block?.kind() === "block" ? block.parent() : undefined;
  const owner =
    holder?.kind() === "class_definition"
      ? classes.find((candidate) => candidate.node.id() === holder.id())
      : undefined;
  const parameters = node.field("parameters");
  return {
    name: node.field("name")?.text() ?? "",
    kind: owner === undefined ? "function" : "method",
    owner,
    parameters:
      parameters === null
        ? []
        : meaningfulChildren(parameters).flatMap((parameter) => /[A-Za-z_]\w*/.exec(parameter.text())?.[0] ?? []),
    decorators,
    isAbstract: decorators.some((text) => /abstractmethod|overload/.test(text)) || owner?.isAbstract === true,
    statements:
      body === undefined ? [] : meaningfulChildren(body).filter((statement, index) => index > 0 || !isText(statement)),
    body,
    node,
    ...spanOf(node),
  };
}

function isText(statement: SyntaxNode): boolean {
  return (
    statement.kind() === "expression_statement" &&
    statement.child(0)?.kind() === "string" &&
    statement.children().length === 1
  );
}

/** Documentation strings, as comments. */
function readDocumentation(root: SyntaxNode): CommentFact[] {
  return findKinds(root, "expression_statement")
    .filter(isText)
    .flatMap((node) => {
      const first = lineOf(node);
      const value = stringValue(node.child(0)) ?? "";
      return value
        .split("\n")
        .map((line, index) => ({ text: line.trim(), line: first + index, isDocumentation: true }))
        .filter(({ text }) => text !== "");
    });
}

function readExcept(node: SyntaxNode): HandlerFact[] {
  const body = node.children().find((child) => child.kind() === "block");
  if (body === undefined) return [];
  const head = node.text().slice(0, node.text().indexOf(":"));
  return [
    {
      node,
      guarded: node.parent()?.field("body") ?? undefined,
      statements: meaningfulChildren(body),
      body,
      isBroad: /^except\s*$/.test(head) || /\b(?:Exception|BaseException)\b/.test(head),
      errorName: /\bas\s+(\w+)/.exec(head)?.[1],
    },
  ];
}

/** `with suppress(Exception):` */
function readSuppress(node: SyntaxNode): HandlerFact[] {
  const body = node.field("body");
  const head = node.text().slice(0, node.text().indexOf(":"));
  if (body === null || !/\bsuppress\(/.test(head)) return [];
  return [
    {
      node,
      guarded: body,
      statements: [],
      body,
      isBroad: /suppress\([^)]*\b(?:Exception|BaseException)\b/.test(head),
      errorName: undefined,
    },
  ];
}
