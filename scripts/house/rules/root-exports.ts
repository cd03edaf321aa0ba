import ts from "typescript";
import { largeRootExports, packagesWithLargeRoot, rootExports } from "../limits.ts";
import type { Rule } from "../rule.ts";
import { placeOf } from "../syntax.ts";
import type { SourceFile } from "../workspace.ts";

/** A package's index.ts is its table of contents: short, named re-exports only, few values. */
export const rootExportsRule: Rule = {
  name: "root exports",
  check({ packages, sources }) {
    const problems: string[] = [];
    let lookedAt = 0;
    for (const { name, directory } of packages) {
      const file = sources.find((candidate) => candidate.path === `${directory}/src/index.ts`);
      if (!file) {
        problems.push(`${directory}: src/index.ts is missing`);
        continue;
      }
      lookedAt += 1;
      problems.push(...checkIndex(file, packagesWithLargeRoot.has(name) ? largeRootExports : rootExports));
    }
    return { lookedAt, unit: "packages", problems };
  },
};

function checkIndex(file: SourceFile, limit: { values: number; lines: number }): string[] {
  const problems: string[] = [];
  let values = 0;
  for (const statement of file.tree.statements) {
    const count = countValues(statement);
    if (count === undefined) {
      problems.push(`${placeOf(file, statement)}: only named re-exports belong in index.ts`);
    } else {
      values += count;
    }
  }
  if (values > limit.values) problems.push(`${file.path}: ${values} values exported, the limit is ${limit.values}`);
  if (values === 0) problems.push(`${file.path}: no value is exported`);
  const lines = file.text.trimEnd().split("\n").length;
  if (lines > limit.lines) problems.push(`${file.path}: ${lines} lines, the limit is ${limit.lines}`);
  return problems;
}

/** The values that a statement re-exports; undefined where it is no named re-export. */
function countValues(statement: ts.Statement): number | undefined {
  if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier || !statement.exportClause) return undefined;
  if (!ts.isNamedExports(statement.exportClause)) return undefined;
  if (statement.isTypeOnly) return 0;
  return statement.exportClause.elements.filter((element) => !element.isTypeOnly).length;
}
