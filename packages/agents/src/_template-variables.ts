import nunjucks from "nunjucks";

/** A node of nunjucks' syntax tree, as far as it is read here (nunjucks 3.2.4, src/nodes.js; its types do not have it). */
interface TemplateNode {
  typename: string;
  fields?: string[];
  children?: unknown[];
  value?: unknown;
  lineno?: number;
}

interface TemplateParser {
  parse(source: string, extensions?: unknown[], options?: Record<string, boolean>): TemplateNode;
}

/** Names that nunjucks itself gives a template. */
const builtIns = ["range", "cycler", "joiner", "loop", "caller", "super"];

/** The variables a template needs from outside, each with the line (from 1) of its first use. Throws nunjucks' error for a template it cannot read. */
export function listTemplateVariables(source: string): { name: string; line: number }[] {
  const { parser } = nunjucks as unknown as { parser: TemplateParser };
  const found: { name: string; line: number }[] = [];
  visit(parser.parse(source, [], { trimBlocks: true, lstripBlocks: true }), { bound: new Set(builtIns), found });
  return found.filter(({ name }, index) => found.findIndex((other) => other.name === name) === index);
}

interface Walk {
  /** Names set inside the template; a `set` binds what follows it, a loop what is in it. */
  bound: Set<string>;
  found: { name: string; line: number }[];
}

function visit(node: unknown, walk: Walk): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, walk);
    return;
  }
  if (!isNode(node)) return;
  if (node.typename === "Symbol") {
    const name = String(node.value);
    if (!walk.bound.has(name)) walk.found.push({ name, line: (node.lineno ?? 0) + 1 });
    return;
  }
  if (node.typename === "Macro") bind(readField(node, "name"), walk.bound);
  const inner = node.typename === "For" || node.typename === "Macro" ? { ...walk, bound: new Set(walk.bound) } : walk;
  for (const field of listBinding(node)) bind(readField(node, field), inner.bound);
  const skipped = new Set([...listBinding(node), ...(node.typename === "Filter" ? ["name"] : [])]);
  for (const field of node.fields ?? []) {
    if (!skipped.has(field)) visit(readField(node, field), inner);
  }
  if (node.fields?.includes("children") !== true) visit(node.children, inner);
}

function listBinding(node: TemplateNode): string[] {
  if (node.typename === "For") return ["name"];
  if (node.typename === "Set") return ["targets"];
  if (node.typename === "Macro") return ["name", "args"];
  if (node.typename === "Import") return ["target"];
  if (node.typename === "FromImport") return ["names"];
  if (node.typename === "Pair") return ["key"];
  return [];
}

function bind(node: unknown, bound: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) bind(item, bound);
  } else if (isNode(node)) {
    if (node.typename === "Symbol") bound.add(String(node.value));
    for (const field of node.fields ?? []) bind(readField(node, field), bound);
    bind(node.children, bound);
  }
}

function readField(node: TemplateNode, field: string): unknown {
  return (node as unknown as Record<string, unknown>)[field];
}

function isNode(value: unknown): value is TemplateNode {
  return typeof value === "object" && value !== null && typeof (value as { typename?: unknown }).typename === "string";
}
