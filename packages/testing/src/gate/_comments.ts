import type { CommentFact } from "./_facts.ts";
import { lineOf, type SyntaxNode } from "./_syntax.ts";

/** The lines of comment nodes, without marks; a run of line comments stays several facts. */
export function readComments(nodes: readonly SyntaxNode[]): CommentFact[] {
  return nodes.flatMap((node) => {
    const text = node.text();
    const first = lineOf(node);
    const isDocumentation = text.startsWith("/**");
    return text
      .replace(/^\/\*+!?|\*\/$/g, "")
      .split("\n")
      .map((line, index) => ({
        text: line.replace(/^\s*(?:\/\/+|#+!?|\*)?\s?/, "").trim(),
        line: first + index,
        isDocumentation,
      }))
      .filter((comment) => comment.text !== "");
  });
}

/** Sentences that run over several lines, joined: what a rule about wording reads. */
export function joinComments(comments: readonly CommentFact[]): CommentFact[] {
  const joined: (CommentFact & { last: number })[] = [];
  for (const comment of comments) {
    const previous = joined.at(-1);
    const continues = previous !== undefined && comment.line === previous.last + 1 && /^[a-z(]/.test(comment.text);
    if (previous !== undefined && continues) {
      previous.text += ` ${comment.text}`;
      previous.last = comment.line;
    } else joined.push({ ...comment, last: comment.line });
  }
  return joined;
}
