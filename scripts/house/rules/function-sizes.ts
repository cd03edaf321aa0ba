import ts from "typescript";
import { functionLines, parameterCount } from "../limits.ts";
import type { Rule } from "../rule.ts";
import { eachNode, lineOf, placeOf } from "../syntax.ts";
import type { SourceFile } from "../workspace.ts";

/**
 * Functions are short and take few parameters. The body of a `describe` is a chapter, not a function; a function passed straight to a call has the
 * parameters that the call gives it.
 */
export const functionSizesRule: Rule = {
  name: "function sizes",
  check({ sources }) {
    const problems: string[] = [];
    let functions = 0;
    for (const file of sources.filter((candidate) => candidate.kind !== "fixture")) {
      for (const node of eachNode(file.tree)) {
        if (!ts.isFunctionLike(node)) continue;
        functions += 1;
        problems.push(...checkFunction(file, node));
      }
    }
    return { lookedAt: functions, unit: "functions", problems };
  },
};

function checkFunction(file: SourceFile, node: ts.SignatureDeclaration): string[] {
  const problems: string[] = [];
  const lines = lineOf(file, node.end) - lineOf(file, node.getStart(file.tree)) + 1;
  const what = `${placeOf(file, node)}: ${nameOf(node)}`;
  if (lines > functionLines && !isDescribeBody(node)) {
    problems.push(`${what} has ${lines} lines, the limit is ${functionLines}`);
  }
  const count = node.parameters.filter((parameter) => parameter.name.getText(file.tree) !== "this").length;
  if (count > parameterCount && !isCallArgument(node)) {
    problems.push(`${what} has ${count} parameters, the limit is ${parameterCount}; take one object`);
  }
  return problems;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  if (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent)) return node.parent.name.getText();
  return "a function without a name";
}

function isCallArgument(node: ts.Node): boolean {
  return (ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent)) && node.parent.expression !== node;
}

function isDescribeBody(node: ts.Node): boolean {
  return (
    isCallArgument(node) && ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText())
  );
}
