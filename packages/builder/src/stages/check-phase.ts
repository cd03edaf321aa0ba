import { join } from "node:path";
import type { Evidence } from "@ccb/core";
import { runCheck } from "@ccb/testing";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import type { BuildWork, Workbench } from "../workbench.ts";

/** What the acceptance of a phase came to. A criterion without a check is listed, and neither passes nor fails. */
export interface PhaseAcceptance {
  passed: boolean;
  reason: string;
  failed: Evidence[];
  criteriaPassed: number;
  criteriaTotal: number;
  uncheckable: string[];
}

/** Runs every check of a phase against the commit that is there now; saves each evidence under `artifacts/evidence/`. */
export async function checkPhase(bench: Workbench, work: BuildWork, phaseId: string): Promise<PhaseAcceptance> {
  const commit = await bench.repository.head();
  const criteria = work.criteria.filter((criterion) => work.phaseOf.get(criterion.id) === phaseId);
  const failed: Evidence[] = [];
  const uncheckable: string[] = [];
  let passed = 0;
  for (const criterion of criteria) {
    if (bench.signal.aborted) break;
    if (!criterion.check) {
      uncheckable.push(criterion.id);
      continue;
    }
    const key = { check: criterion.check, commit };
    const known = bench.journal.find<Evidence>(`evidence:${criterion.id}`, key);
    const evidence =
      known ??
      (await runCheck({
        criterionId: criterion.id,
        phaseId,
        check: criterion.check,
        cwd: bench.paths.root,
        env: bench.environment,
        signal: bench.signal,
        clock: bench.clock,
        ...(commit ? { commit } : {}),
      }));
    if (bench.signal.aborted) break;
    if (!known) bench.journal.save(`evidence:${criterion.id}`, key, evidence);
    await writeJsonArtifact(join(bench.paths.evidence, `${criterion.id}.json`), { criterion, evidence });
    work.evidence.set(criterion.id, evidence);
    if (evidence.passed) passed++;
    else failed.push(evidence);
    bench.emit({
      type: "criterion-checked",
      phase: phaseId,
      criterion: criterion.id,
      description: criterion.description,
      passed: evidence.passed,
      summary: evidence.summary,
      durationMs: evidence.durationMs,
    });
  }
  return {
    passed: failed.length === 0,
    reason: `${failed.length} of ${criteria.length - uncheckable.length} criteria failed (${failed.map(({ criterionId }) => criterionId).join(", ")}).`,
    failed,
    criteriaPassed: passed,
    criteriaTotal: criteria.length - uncheckable.length,
    uncheckable,
  };
}
