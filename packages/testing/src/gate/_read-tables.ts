import type { TableFact } from "./_facts.ts";
import { closest, findKinds, meaningfulChildren, type SyntaxNode } from "./_syntax.ts";

const scriptLiterals = new Set(["string", "number", "true", "false", "null", "template_string", "unary_expression"]);
const functionKinds = ["arrow_function", "function_expression"];
const mockCall = /^(?:vi|jest|mock|t\.mock|sinon)\.(?:fn|stub|fake)\(/;

/** Objects and maps of JavaScript: those with a name, and those without one whose members a mocking library made. */
export function readJavaScriptTables(root: SyntaxNode): TableFact[] {
  const objects = findKinds(root, "object").flatMap((node) => {
    const declarator = declaratorOf(node);
    const table = readObject(node, declarator);
    return declarator === undefined && table.mockMembers === 0 ? [] : [table];
  });
  return [...objects, ...findKinds(root, "new_expression").flatMap(readMap)];
}

/** The variable that holds an object, also through `as const` or `satisfies`. */
function declaratorOf(node: SyntaxNode): SyntaxNode | undefined {
  const parent = node.parent();
  const holder =
    parent !== null && /^(?:as|satisfies)_expression$/.test(String(parent.kind())) ? parent.parent() : parent;
  return holder?.kind() === "variable_declarator" ? holder : undefined;
}

function readObject(node: SyntaxNode, declarator: SyntaxNode | undefined): TableFact {
  const members = meaningfulChildren(node);
  const pairs = members.flatMap((member): [string, string][] => {
    const [key, held] = [member.field("key"), member.field("value")];
    return key !== null && held !== null && scriptLiterals.has(String(held.kind())) ? [[key.text(), held.text()]] : [];
  });
  const isFunction = (member: SyntaxNode): boolean =>
    member.kind() === "method_definition" || functionKinds.includes(String(member.field("value")?.kind()));
  // A listener that only notes its calls stands in for nothing.
  const isMocked = (member: SyntaxNode): boolean =>
    !/^(?:on[A-Z]|handle|callback|listener)/.test(member.field("key")?.text() ?? "") &&
    mockCall.test(member.field("value")?.text() ?? "");
  return {
    name: declarator?.field("name")?.text() ?? "",
    pairs: pairs.length === members.length ? pairs : [],
    functionMembers: members.filter(isFunction).length,
    mockMembers: members.filter(isMocked).length,
    node: declarator ?? node,
  };
}

/** `const known = new Map([[key, value]])` of literals. */
function readMap(node: SyntaxNode): TableFact[] {
  const declarator = node.parent();
  const entries = node
    .field("arguments")
    ?.children()
    .find((child) => child.kind() === "array");
  if (
    node.field("constructor")?.text() !== "Map" ||
    entries === undefined ||
    declarator?.kind() !== "variable_declarator"
  )
    return [];
  const rows = meaningfulChildren(entries);
  const pairs = rows.flatMap((row): [string, string][] => {
    const [key, held] = row.kind() === "array" ? meaningfulChildren(row) : [];
    const isLiteral =
      key !== undefined && held !== undefined && [key, held].every((cell) => scriptLiterals.has(String(cell.kind())));
    return isLiteral ? [[key.text(), held.text()]] : [];
  });
  const name = declarator.field("name")?.text() ?? "";
  return [
    { name, pairs: pairs.length === rows.length ? pairs : [], functionMembers: 0, mockMembers: 0, node: declarator },
  ];
}

const pythonLiterals = new Set(["string", "integer", "float", "true", "false", "none"]);

/** Dictionaries of Python with a name, and other values that hold functions. */
export function readPythonTables(root: SyntaxNode): TableFact[] {
  return findKinds(root, "assignment").flatMap((assignment) => {
    const node = assignment.field("right");
    if (node === null || (node.kind() !== "dictionary" && node.kind() !== "call")) return [];
    const members = node.kind() === "dictionary" ? meaningfulChildren(node) : [];
    const pairs = members.flatMap((member): [string, string][] => {
      const [key, held] = [member.field("key"), member.field("value")];
      const isLiteral =
        key !== null && held !== null && [key, held].every((cell) => pythonLiterals.has(String(cell.kind())));
      return isLiteral ? [[key.text(), held.text()]] : [];
    });
    return [
      {
        name: assignment.field("left")?.text() ?? "",
        pairs: pairs.length === members.length ? pairs : [],
        functionMembers: findKinds(node, "lambda").length,
        mockMembers: 0,
        node: closest(node, "expression_statement") ?? assignment,
      },
    ];
  });
}
