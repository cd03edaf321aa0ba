import { posix } from "node:path";
import type { Rule } from "../rule.ts";
import { listImports } from "../syntax.ts";
import type { SourceFile } from "../workspace.ts";

/** No cycle of imports that remain at run time (`import { type X }` remains; `import type` does not), within and across packages. */
export const importCyclesRule: Rule = {
  name: "import cycles",
  check({ sources }) {
    const files = sources.filter((file) => file.kind === "source");
    const paths = new Set(files.map((file) => file.path));
    const edges = new Map(files.map((file) => [file.path, runtimeTargets(file, paths)]));
    const problems = findCycles(edges).map((cycle) => `${cycle[0]}: import cycle ${cycle.join(" → ")}`);
    return { lookedAt: files.length, unit: "files", problems };
  },
};

function runtimeTargets(file: SourceFile, paths: Set<string>): string[] {
  return listImports(file).flatMap(({ specifier, isTypeOnly }) => {
    if (isTypeOnly) return [];
    const packageName = /^@ccb\/([^/]+)$/.exec(specifier)?.[1];
    const target = packageName
      ? `packages/${packageName}/src/index.ts`
      : posix.join(posix.dirname(file.path), specifier);
    return paths.has(target) ? [target] : [];
  });
}

/** One cycle for each place where a depth-first walk meets a file that it is still in. */
function findCycles(edges: Map<string, string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): void {
    if (done.has(file)) return;
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    path.push(file);
    for (const target of edges.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  }
  for (const file of edges.keys()) visit(file);
  return cycles;
}
