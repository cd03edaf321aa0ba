// Runs all of CI: node scripts/ci/run.ts [--root DIR] [--only BEGINNING-OF-A-NAME] [--list]
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { countTests } from "./_count-tests.ts";
import { listFailures } from "./_list-failures.ts";
import { planSteps } from "./_plan-steps.ts";
import { runStep } from "./_run-step.ts";

const { values } = parseArgs({
  options: { root: { type: "string" }, only: { type: "string" }, list: { type: "boolean" } },
});
const root = resolve(values.root ?? `${import.meta.dirname}/../..`);
const steps = planSteps(root).filter((step) => values.only === undefined || step.name.startsWith(values.only));
const totals = { passed: 0, failed: 0 };
const failures: string[] = [];

if (values.list === true) {
  for (const step of steps) console.log(`${step.name}\t${step.command}`);
} else {
  for (const step of steps) {
    const { passed, output, durationMs } = await runStep(step, root);
    const tests = countTests(output);
    totals.passed += tests ? tests.passed : Number(passed);
    // A run that fails beyond its tests (a file that cannot be loaded) counts as one more failure.
    totals.failed += tests && (tests.failed > 0 || passed) ? tests.failed : Number(!passed);
    const counted = tests ? `, ${tests.passed} tests passed, ${tests.failed} failed` : "";
    console.log(`${passed ? "ok  " : "FAIL"} ${step.name} (${(durationMs / 1000).toFixed(1)} s${counted})`);
    if (!passed) failures.push(...listFailures(output));
    if (!passed) console.log(output.trimEnd().replaceAll(/^/gm, "     | "));
  }
  if (steps.length === 0) totals.failed += 1;
  // Again at the end: who keeps only the last lines of a long output sees what failed.
  for (const failure of failures) console.log(`FAIL ${failure}`);
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  process.exitCode = totals.failed === 0 ? 0 : 1;
}
