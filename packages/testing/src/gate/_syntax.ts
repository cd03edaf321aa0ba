import python from "@ast-grep/lang-python";
import { Lang, parse, registerDynamicLanguage, type SgNode } from "@ast-grep/napi";

export type SyntaxNode = SgNode;
export type Language = "javascript" | "python";

let isPythonKnown = false;

/** The language of a file by its name; undefined where the gate cannot read it. TypeScript counts as JavaScript. */
export function languageOf(path: string): Language | undefined {
  if (/\.d\.[cm]?ts$/.test(path)) return undefined;
  if (/\.[cm]?[jt]sx?$/.test(path)) return "javascript";
  return /\.pyi?$/.test(path) ? "python" : undefined;
}

/** The root of a file's syntax tree. JavaScript is read by the grammar of TSX, which knows all of it. */
export function parseSource(path: string, text: string): SyntaxNode {
  if (languageOf(path) === "python") {
    // Once a process: ast-grep refuses a second time.
    if (!isPythonKnown) registerDynamicLanguage({ python });
    isPythonKnown = true;
    return parse("python", text).root();
  }
  return parse(/\.[cm]?ts$/.test(path) ? Lang.TypeScript : Lang.Tsx, text).root();
}

/** All nodes of these kinds below a node, in the order of the text. */
export function findKinds(node: SyntaxNode, ...kinds: string[]): SyntaxNode[] {
  const rule = kinds.length === 1 ? { kind: kinds[0] ?? "" } : { any: kinds.map((kind) => ({ kind })) };
  return node.findAll({ rule });
}

/** Children that are neither punctuation nor comments. */
export function meaningfulChildren(node: SyntaxNode): SyntaxNode[] {
  return node.children().filter((child) => child.isNamed() && child.kind() !== "comment");
}

/** From 1. */
export function lineOf(node: SyntaxNode): number {
  return node.range().start.line + 1;
}

/** The nearest ancestor of one of the kinds. */
export function closest(node: SyntaxNode, ...kinds: string[]): SyntaxNode | undefined {
  return node.ancestors().find((ancestor) => kinds.includes(String(ancestor.kind())));
}

/** Those of the spans that lie within a node. */
export function within<T extends { start: number; end: number }>(spans: readonly T[], node: SyntaxNode): T[] {
  const outer = spanOf(node);
  return spans.filter(({ start, end }) => start >= outer.start && end <= outer.end);
}

/** True where one node stands within another, or is it. */
export function isWithin(node: SyntaxNode, outer: SyntaxNode): boolean {
  const [inner, around] = [node.range(), outer.range()];
  return inner.start.index >= around.start.index && inner.end.index <= around.end.index;
}

const unreadableLength = 200;

/** True where the parser gave up on more than a new keyword or two: 200 characters, or a tenth of the text. */
export function isUnreadable(root: SyntaxNode, text: string): boolean {
  const lost = findKinds(root, "ERROR").reduce((sum, node) => sum + node.text().length, 0);
  return lost > Math.min(unreadableLength, text.length / 10);
}

/** Begin and end of a node in the text. */
export function spanOf(node: SyntaxNode): { start: number; end: number } {
  const { start, end } = node.range();
  return { start: start.index, end: end.index };
}

/** What a string literal says, without its quotes; undefined for anything else. */
export function stringValue(node: SyntaxNode | null | undefined): string | undefined {
  const kind = String(node?.kind());
  if (node === null || node === undefined || (kind !== "string" && kind !== "template_string")) return undefined;
  const match = /^[a-zA-Z]*(?:"""|'''|["'`])([\s\S]*?)(?:"""|'''|["'`])$/.exec(node.text());
  return match?.[1];
}

/** Text without white space and with one kind of quote, for comparing code. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, "").replace(/['`]/g, '"');
}
