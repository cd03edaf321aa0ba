import { resolve } from "node:path";
import { type Rule, runRule } from "./rule.ts";
import { changesetsRule } from "./rules/changesets.ts";
import { fileSizesRule } from "./rules/file-sizes.ts";
import { floorsRule } from "./rules/floors.ts";
import { frontendOnlyRule } from "./rules/frontend-only.ts";
import { functionSizesRule } from "./rules/function-sizes.ts";
import { honestTestsRule } from "./rules/honest-tests.ts";
import { importCyclesRule } from "./rules/import-cycles.ts";
import { machineTracesRule } from "./rules/machine-traces.ts";
import { markdownLinksRule } from "./rules/markdown-links.ts";
import { packagePapersRule } from "./rules/package-papers.ts";
import { relativeImportsRule } from "./rules/relative-imports.ts";
import { rootExportsRule } from "./rules/root-exports.ts";
import { typeEscapesRule } from "./rules/type-escapes.ts";
import { loadWorkspace } from "./workspace.ts";

const rules: readonly Rule[] = [
  floorsRule,
  relativeImportsRule,
  importCyclesRule,
  fileSizesRule,
  functionSizesRule,
  rootExportsRule,
  typeEscapesRule,
  frontendOnlyRule,
  honestTestsRule,
  packagePapersRule,
  machineTracesRule,
  markdownLinksRule,
  changesetsRule,
];

const root = resolve(process.argv[2] ?? `${import.meta.dirname}/../..`);
const workspace = loadWorkspace(root);
let failed = 0;
for (const rule of rules) {
  const { lookedAt, unit, problems } = runRule(rule, workspace);
  if (problems.length > 0) failed += 1;
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"} ${rule.name}: ${lookedAt} ${unit}`);
  for (const problem of problems) console.log(`       ${problem}`);
}
console.log(
  failed === 0 ? `All ${rules.length} house rules hold.` : `${failed} of ${rules.length} house rules are broken.`,
);
process.exitCode = failed === 0 ? 0 : 1;
