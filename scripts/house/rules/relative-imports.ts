import { posix } from "node:path";
import type { Rule } from "../rule.ts";
import { listImports, placeOf } from "../syntax.ts";

/** A relative import stays within its package; scripts, examples and benchmarks of the root name packages, not their files. */
export const relativeImportsRule: Rule = {
  name: "relative imports",
  check({ sources }) {
    // Build and test configurations share the root's.
    const files = sources.filter((file) => !/(^|\/)[^/]+\.config\.[mc]?ts$/.test(file.path));
    const problems = files.flatMap((file) =>
      listImports(file).flatMap(({ specifier, node }) => {
        if (!specifier.startsWith(".")) return [];
        const target = posix.join(posix.dirname(file.path), specifier);
        const targetPackage = /^packages\/([^/]+)/.exec(target)?.[1];
        if (targetPackage === file.packageName) return [];
        const where = targetPackage === undefined ? "outside of its package" : `into the package ${targetPackage}`;
        return [`${placeOf(file, node)}: the relative import ${specifier} leads ${where}; import by package name`];
      }),
    );
    return { lookedAt: files.length, unit: "files", problems };
  },
};
