import ts from "typescript";
import { floors, frontendFloor } from "../limits.ts";
import type { Rule } from "../rule.ts";
import { eachNode, placeOf } from "../syntax.ts";
import type { SourceFile } from "../workspace.ts";

const processMembers = new Set(["argv", "env", "exit", "exitCode", "stdout", "stdin"]);

/** Libraries never print, end the process or read its arguments and environment; that is for the floor of the frontends. */
export const frontendOnlyRule: Rule = {
  name: "frontend only",
  check({ sources }) {
    const files = sources.filter(
      (file) => file.kind === "source" && (floors[file.packageName ?? ""] ?? 0) < frontendFloor,
    );
    return { lookedAt: files.length, unit: "files", problems: files.flatMap(listUses) };
  },
};

function listUses(file: SourceFile): string[] {
  const problems: string[] = [];
  for (const node of eachNode(file.tree)) {
    const use = ts.isPropertyAccessExpression(node)
      ? readAccess(node)
      : ts.isImportDeclaration(node)
        ? readImport(node)
        : undefined;
    if (use) problems.push(`${placeOf(file, node)}: ${use} belongs on floor ${frontendFloor}; take it as an option`);
  }
  return problems;
}

function readAccess(node: ts.PropertyAccessExpression): string | undefined {
  if (!ts.isIdentifier(node.expression)) return undefined;
  const object = node.expression.text;
  if (object === "console") return `console.${node.name.text}`;
  return object === "process" && processMembers.has(node.name.text) ? `process.${node.name.text}` : undefined;
}

function readImport(node: ts.ImportDeclaration): string | undefined {
  if (!ts.isStringLiteral(node.moduleSpecifier) || !/^(?:node:)?process$/.test(node.moduleSpecifier.text))
    return undefined;
  const bindings = node.importClause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings)) return undefined;
  const names = bindings.elements.map((element) => (element.propertyName ?? element.name).text);
  const found = names.find((name) => processMembers.has(name));
  return found && `process.${found}`;
}
