import type { Evidence } from "@ccb/core";
import { saveEvidence } from "../project/save-evidence.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import { setLeftoversAside } from "../workplace/_set-aside.ts";
import {
  type CheckableCriterion,
  type CheckGround,
  createCheckGround,
  isCheckable,
  lookAtAll,
} from "./_check-ground.ts";

/** What the acceptance of a phase came to. A criterion without a check is listed, and neither passes nor fails. */
export interface PhaseAcceptance {
  passed: boolean;
  reason: string;
  failed: Evidence[];
  criteriaPassed: number;
  criteriaTotal: number;
}

/**
 * Runs every check of a phase against the commit that is there now; saves each evidence under `artifacts/evidence/`. What may change the project directory or measures runs
 * alone; services under test are started side by side, each with its own port and temporary folder. Rejects with the signal's reason when stopped.
 */
export async function checkPhase(bench: Workbench, work: BuildWork, phaseId: string): Promise<PhaseAcceptance> {
  await setLeftoversAside(bench, `check-${phaseId}`);
  const commit = await bench.repository.head();
  const sourceTree = commit && (await bench.repository.sourceTree(commit));
  const criteria = work.criteria.filter((criterion) => work.phaseOf.get(criterion.id) === phaseId);
  const checkable = criteria.filter(isCheckable);
  const ground = createCheckGround(bench, work, bench.paths.root);
  const look = async (criterion: CheckableCriterion) => {
    const evidence = await gatherEvidence(bench, { ground, criterion, phaseId, commit, sourceTree });
    work.evidence.set(criterion.id, evidence);
    return evidence;
  };
  let seen: Evidence[];
  try {
    seen = await lookAtAll(bench, checkable, look);
  } finally {
    await ground.close();
  }
  const failed = seen.filter((evidence) => !evidence.passed);
  return {
    passed: failed.length === 0,
    reason: `${failed.length} of ${checkable.length} criteria failed (${failed.map(({ criterionId }) => criterionId).join(", ")}).`,
    failed,
    criteriaPassed: seen.length - failed.length,
    criteriaTotal: checkable.length,
  };
}

interface EvidencePlace {
  ground: CheckGround;
  criterion: CheckableCriterion;
  phaseId: string;
  commit: string | undefined;
  sourceTree: string | undefined;
}

/** The evidence of one criterion for a commit: from the journal where it is there, else by running the check. */
async function gatherEvidence(bench: Workbench, at: EvidencePlace): Promise<Evidence> {
  const { ground, criterion, phaseId, commit } = at;
  const { id: criterionId, check, description } = criterion;
  // Documents and reports do not change what a check sees: evidence holds as long as the same code stands.
  const key = { check, sourceTree: at.sourceTree };
  const known = bench.options.rerunTests ? undefined : bench.journal.find<Evidence>(`evidence:${criterionId}`, key);
  const evidence = known ?? (await ground.run({ criterionId, phaseId, check, commit }));
  const { passed, summary, durationMs } = evidence;
  bench.atomically(() => {
    if (!known) bench.journal.save(`evidence:${criterionId}`, key, evidence);
    bench.emit({
      type: "criterion-checked",
      phase: phaseId,
      criterion: criterionId,
      description,
      passed,
      summary,
      durationMs,
    });
  });
  await saveEvidence(bench.paths.evidence, criterion, evidence);
  return evidence;
}
