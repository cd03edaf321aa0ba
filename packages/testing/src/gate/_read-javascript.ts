import { readComments } from "./_comments.ts";
import type { CallFact, ClassFact, FileFacts, FunctionFact, HandlerFact } from "./_facts.ts";
import { isTestPath } from "./_facts.ts";
import { readJavaScriptTests } from "./_read-javascript-tests.ts";
import { readJavaScriptTables } from "./_read-tables.ts";
import { findKinds, isUnreadable, meaningfulChildren, parseSource, type SyntaxNode, spanOf } from "./_syntax.ts";

const functionKinds = [
  "function_declaration",
  "generator_function_declaration",
  "method_definition",
  "arrow_function",
  "function_expression",
];

/** Reads JavaScript and TypeScript. */
export function readJavaScript(path: string, text: string): FileFacts {
  const root = parseSource(path, text);
  const calls = readCalls(root);
  const classes = readClasses(root);
  const functions = findKinds(root, ...functionKinds).map((node) => readFunction(node, classes));
  return {
    path,
    language: "javascript",
    isTest: isTestPath(path),
    root,
    hasErrors: isUnreadable(root, text),
    comments: readComments(findKinds(root, "comment")),
    calls,
    classes,
    functions,
    tests: readJavaScriptTests({ root, calls, functions }),
    handlers: [...readCatches(root), ...calls.flatMap(readPromiseCatch)],
    tables: readJavaScriptTables(root),
  };
}

function readCalls(root: SyntaxNode): CallFact[] {
  return findKinds(root, "call_expression", "new_expression").map((node) => {
    const args = node.field("arguments");
    return {
      callee: (node.field("function") ?? node.field("constructor"))?.text() ?? "",
      args: args === null ? [] : meaningfulChildren(args),
      node,
      ...spanOf(node),
    };
  });
}

function readClasses(root: SyntaxNode): ClassFact[] {
  return findKinds(root, "class_declaration", "abstract_class_declaration", "class").flatMap((node) => {
    const name = node.field("name")?.text();
    if (name === undefined) return [];
    const heritage = node.children().find((child) => child.kind() === "class_heritage");
    return [
      {
        name,
        bases: (heritage?.text() ?? "")
          .split(/[^\w$]+/)
          .filter((word) => word !== "" && word !== "extends" && word !== "implements"),
        isAbstract: node.kind() === "abstract_class_declaration",
        hasMethods: findKinds(node, "method_definition").some(
          (method) => method.field("name")?.text() !== "constructor",
        ),
        node,
      },
    ];
  });
}

function readFunction(node: SyntaxNode, classes: readonly ClassFact[]): FunctionFact {
  const body = node.field("body") ?? undefined;
  const parent = node.parent();
  const isMember = node.kind() === "method_definition";
  const isInClass = isMember && parent?.kind() === "class_body";
  const variable = parent?.kind() === "variable_declarator" ? parent.field("name")?.text() : undefined;
  const isDeclared = String(node.kind()).includes("declaration") || variable !== undefined;
  const parameters = node.field("parameters") ?? node.field("parameter");
  return {
    name: node.field("name")?.text() ?? variable ?? "",
    kind: isInClass ? "method" : isDeclared ? "function" : "inline",
    owner: isInClass ? classes.find((candidate) => candidate.node.id() === parent?.parent()?.id()) : undefined,
    parameters:
      parameters === null
        ? []
        : findKinds(parameters, "identifier", "shorthand_property_identifier_pattern").map((name) => name.text()),
    decorators: isInClass ? decoratorsBefore(node) : [],
    isAbstract: false,
    statements: body === undefined ? [] : body.kind() === "statement_block" ? meaningfulChildren(body) : [body],
    body,
    node,
    ...spanOf(node),
  };
}

function decoratorsBefore(node: SyntaxNode): string[] {
  const found: string[] = [];
  for (let before = node.prev(); before?.kind() === "decorator"; before = before.prev()) found.push(before.text());
  return found;
}

function readCatches(root: SyntaxNode): HandlerFact[] {
  return findKinds(root, "catch_clause").flatMap((node) => {
    const body = node.field("body");
    if (body === null) return [];
    return [
      {
        node,
        guarded: node.parent()?.field("body") ?? undefined,
        statements: meaningfulChildren(body),
        body,
        isBroad: true,
        errorName: node.field("parameter")?.text(),
      },
    ];
  });
}

/** `promise.catch(() => …)`, and handlers of the process that hear of every error. */
function readPromiseCatch({ callee, args, node }: CallFact): HandlerFact[] {
  const isCatch = callee.endsWith(".catch") && args.length === 1;
  const isProcess =
    /^process\.(?:on|once)$/.test(callee) &&
    /^["'](?:uncaughtException|unhandledRejection)["']$/.test(args[0]?.text() ?? "");
  const isThen = callee.endsWith(".then") && args.length === 2;
  const handler = isCatch ? args[0] : isProcess || isThen ? args[1] : undefined;
  if (handler === undefined || !["arrow_function", "function_expression"].includes(String(handler.kind()))) return [];
  const body = handler.field("body");
  if (body === null) return [];
  const isBlock = body.kind() === "statement_block";
  const parameters = handler.field("parameters") ?? handler.field("parameter");
  return [
    {
      node,
      guarded: isCatch || isThen ? (node.field("function")?.field("object") ?? undefined) : undefined,
      statements: isBlock ? meaningfulChildren(body) : [body],
      body,
      isBroad: true,
      errorName: /[\w$]+/.exec(parameters?.text() ?? "")?.[0],
    },
  ];
}
