import ts from "typescript";
import type { Rule } from "../rule.ts";
import { eachNode, placeOf } from "../syntax.ts";
import type { SourceFile } from "../workspace.ts";

const runners = new Set(["test", "it", "describe", "suite", "bench"]);
const leftOut = new Set(["skip", "only", "todo", "fails"]);
const mocks = new Set(["mock", "doMock", "spyOn", "stubGlobal", "fn"]);

/** Tests use real parts and all of them run: no module mocks, no spies, nothing skipped, focused or left for later. */
export const honestTestsRule: Rule = {
  name: "honest tests",
  check({ sources }) {
    const files = sources.filter((file) => file.kind === "test");
    return { lookedAt: files.length, unit: "test files", problems: files.flatMap(listDishonest) };
  },
};

function listDishonest(file: SourceFile): string[] {
  const problems: string[] = [];
  for (const node of eachNode(file.tree)) {
    if (!ts.isPropertyAccessExpression(node)) continue;
    const member = node.name.text;
    const object = rootOf(node.expression);
    if (object === "vi" && mocks.has(member)) {
      problems.push(`${placeOf(file, node)}: vi.${member}; use the real part, or a double that the package ships`);
    }
    if (object !== undefined && runners.has(object) && leftOut.has(member)) {
      problems.push(`${placeOf(file, node)}: ${object}.${member}; every test runs`);
    }
  }
  return problems;
}

/** `test` of `test.skip` and of `test.concurrent.skip`. */
function rootOf(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? rootOf(node.expression) : undefined;
}
