import ts from "typescript";
import type { SourceFile } from "./workspace.ts";

/** Every node of a tree, parents first. */
export function* eachNode(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) yield* eachNode(child);
}

/** "packages/core/src/a.ts:12", for a problem's sentence. */
export function placeOf(file: SourceFile, node: ts.Node): string {
  return `${file.path}:${lineOf(file, node.getStart(file.tree))}`;
}

/** The 1-based line of an offset. */
export function lineOf(file: SourceFile, offset: number): number {
  return file.tree.getLineAndCharacterOfPosition(offset).line + 1;
}

/** One import or re-export, static or dynamic, with a literal specifier. */
export interface Import {
  specifier: string;
  /** Erased at run time: `import type`, `export type`, or an import type in a type position. */
  isTypeOnly: boolean;
  node: ts.Node;
}

/** The imports of a file. */
export function listImports(file: SourceFile): Import[] {
  const imports: Import[] = [];
  for (const node of eachNode(file.tree)) {
    const found = readImport(node);
    if (found && ts.isStringLiteralLike(found.specifier)) {
      imports.push({ specifier: found.specifier.text, isTypeOnly: found.isTypeOnly, node });
    }
  }
  return imports;
}

function readImport(node: ts.Node): { specifier: ts.Node; isTypeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) {
    return {
      specifier: node.moduleSpecifier,
      isTypeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
    };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return { specifier: node.moduleSpecifier, isTypeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: node.argument.literal, isTypeOnly: true };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0]) {
    return { specifier: node.arguments[0], isTypeOnly: false };
  }
  return undefined;
}
