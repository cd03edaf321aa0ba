import { fromMarkdown } from "mdast-util-from-markdown";
import { frontmatterFromMarkdown } from "mdast-util-frontmatter";
import { gfmFootnoteFromMarkdown } from "mdast-util-gfm-footnote";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { frontmatter } from "micromark-extension-frontmatter";
import { gfmFootnote } from "micromark-extension-gfm-footnote";
import { gfmTable } from "micromark-extension-gfm-table";
import { sniffDialect } from "./_sniff-dialect.ts";
import { parseBlocks } from "./parse-blocks.ts";

const NAMES: Record<string, string> = {
  yaml: "front-matter",
  toml: "front-matter",
  code: "code",
  fence: "code",
  thematicBreak: "rule",
  blockquote: "quote",
  footnoteDefinition: "definition",
};

interface Node {
  type: string;
  position?: { start: { line: number }; end: { line: number } } | undefined;
}

/** Top blocks as mdast sees them: kind and lines. For comparison only; mdast is a development dependency. */
export function listMdastBlocks(text: string): string[] {
  const tree = fromMarkdown(text, {
    extensions: [frontmatter(["yaml", "toml"]), gfmFootnote(), gfmTable()],
    mdastExtensions: [frontmatterFromMarkdown(["yaml", "toml"]), gfmFootnoteFromMarkdown(), gfmTableFromMarkdown()],
  });
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  return tree.children.map((node: Node) => {
    const end = Math.min(node.position?.end.line ?? 0, lines);
    return `${NAMES[node.type] ?? node.type} ${node.position?.start.line}-${end}`;
  });
}

/** Top blocks as this package sees them, in the same words. */
export function listOwnBlocks(text: string): string[] {
  return parseBlocks(text).map(
    (block) => `${NAMES[block.kind] ?? block.kind} ${block.span.startLine}-${block.span.endLine}`,
  );
}

/** The ways in which the two differ on purpose or on input that people do not write; the README of the package says more. */
export type KnownDifference =
  | "another dialect"
  | "block left open in a container"
  | "marker after indented code"
  | "heading after a definition"
  | "closing tag as lazy text"
  | "blocks of a footnote"
  | "spaces at the end of indented code";

const CONTAINERS = new Set(["list", "quote", "definition"]);

/** Why the first differing block differs, or undefined where no known difference explains it. */
export function explainDifference(text: string, own: string[], mdast: string[]): KnownDifference | undefined {
  const at = own.findIndex((block, index) => block !== mdast[index]);
  const ours = readBlock(own[at < 0 ? own.length : at]);
  const theirs = readBlock(mdast[at < 0 ? own.length : at]);
  const lines = text.split("\n");
  const between = lines.slice(Math.min(ours.start, theirs.start) - 1, Math.max(ours.end, theirs.end)).join("\n");
  const before = own[at - 1] ?? "";
  if (sniffDialect(text) !== "markdown") return "another dialect";
  if (
    CONTAINERS.has(theirs.kind) &&
    theirs.end > ours.end &&
    theirs.end <= ours.end + 2 &&
    /```|~~~|<!--|<(?:script|pre|style|textarea)/.test(between)
  )
    return "block left open in a container";
  if (ours.kind === "list" && theirs.kind !== "list" && before.startsWith("code ")) return "marker after indented code";
  if (ours.kind === "heading" && theirs.kind === "heading") return "heading after a definition";
  if (ours.kind === "definition" && between.startsWith("[^")) return "blocks of a footnote";
  if (/^<\/(?:script|pre|style|textarea)>/m.test(between) && theirs.end < ours.end) return "closing tag as lazy text";
  if (ours.kind === "code" && theirs.end > ours.end && lines.slice(ours.end, theirs.end).join("").trim() === "") {
    return "spaces at the end of indented code";
  }
  return undefined;
}

function readBlock(block: string | undefined): { kind: string; start: number; end: number } {
  const [, kind = "", start = "0", end = "0"] = /^(\S+) (\d+)-(\d+)$/.exec(block ?? "") ?? [];
  return { kind, start: Number(start), end: Number(end) };
}
