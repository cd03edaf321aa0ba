import { allowedSideways, floors } from "../limits.ts";
import type { Rule } from "../rule.ts";
import { listImports, placeOf } from "../syntax.ts";
import type { Package, Workspace } from "../workspace.ts";

/** A package imports and depends on packages of lower floors only; its tests too. Examples and benchmarks may use what they like. */
export const floorsRule: Rule = {
  name: "floors",
  check(workspace) {
    const problems = workspace.packages.flatMap((entry) => [
      ...unknownPackage(entry),
      ...manifestProblems(entry),
      ...importProblems(entry, workspace),
    ]);
    return { lookedAt: workspace.packages.length, unit: "packages", problems };
  },
};

function unknownPackage({ name, directory }: Package): string[] {
  return name in floors ? [] : [`${directory}: "${name}" has no floor; give it one in scripts/house/limits.ts`];
}

function manifestProblems({ name, directory, manifest }: Package): string[] {
  const needed = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  return Object.keys(needed).flatMap((dependency) => {
    const target = packageOf(dependency);
    if (target === undefined || isAllowed(name, target)) return [];
    return [`${directory}/package.json: depends on ${dependency}, ${describe(name, target)}`];
  });
}

function importProblems({ name }: Package, workspace: Workspace): string[] {
  const files = workspace.sources.filter(
    (file) => file.packageName === name && (file.kind === "source" || file.kind === "test" || file.kind === "fixture"),
  );
  return files.flatMap((file) =>
    listImports(file).flatMap(({ specifier, node }) => {
      const target = packageOf(specifier);
      if (target === undefined || target === name || isAllowed(name, target)) return [];
      return [`${placeOf(file, node)}: imports ${specifier}, ${describe(name, target)}`];
    }),
  );
}

function packageOf(specifier: string): string | undefined {
  return /^@ccb\/([^/]+)/.exec(specifier)?.[1];
}

function isAllowed(from: string, to: string): boolean {
  return (floors[to] ?? Number.POSITIVE_INFINITY) < (floors[from] ?? 0) || allowedSideways.has(`${from} → ${to}`);
}

function describe(from: string, to: string): string {
  const target = floors[to];
  if (target === undefined) return "which is no package of this house";
  return target === floors[from]
    ? `which stands beside it on floor ${target}`
    : `which stands above it on floor ${target}`;
}
