import ts from "typescript";
import { allowedEscapes } from "../limits.ts";
import type { Rule } from "../rule.ts";
import { eachNode, lineOf, placeOf } from "../syntax.ts";
import type { SourceFile } from "../workspace.ts";

const directive = /(?:\/\/|\/\*)[ \t*]*(?:@ts-(?:ignore|expect-error|nocheck)|biome-ignore|eslint-disable)/g;

/** Nothing switches a check off: no `any`, no comment that silences the compiler or the linter, outside of the named seams. */
export const typeEscapesRule: Rule = {
  name: "type escapes",
  check({ sources }) {
    const problems = sources.flatMap((file) => {
      const found = listEscapes(file);
      return found.length > (allowedEscapes[file.path] ?? 0) ? found : [];
    });
    return { lookedAt: sources.length, unit: "files", problems };
  },
};

function listEscapes(file: SourceFile): string[] {
  const found: string[] = [];
  for (const node of eachNode(file.tree)) {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      found.push(`${placeOf(file, node)}: \`any\`; use unknown and narrow it, or a schema`);
    }
  }
  for (const match of file.text.matchAll(directive)) {
    if (isInsideString(file, match.index)) continue;
    found.push(`${file.path}:${lineOf(file, match.index)}: a comment switches a check off (${match[0].trim()})`);
  }
  return found;
}

/** Tests of generators hold such comments as data. */
function isInsideString(file: SourceFile, offset: number): boolean {
  for (const node of eachNode(file.tree)) {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isRegularExpressionLiteral(node);
    if (isText && node.getStart(file.tree) <= offset && offset < node.end) return true;
  }
  return false;
}
