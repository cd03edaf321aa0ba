import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Check, Criterion, Evidence } from "@ccb/core";
import { runCheck } from "@ccb/testing";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import { mapLimited } from "./_run-step.ts";

/** What the acceptance of a phase came to. A criterion without a check is listed, and neither passes nor fails. */
export interface PhaseAcceptance {
  passed: boolean;
  reason: string;
  failed: Evidence[];
  criteriaPassed: number;
  criteriaTotal: number;
}

type CheckableCriterion = Criterion & { check: Check };

/**
 * Runs every check of a phase against the commit that is there now; saves each evidence under `artifacts/evidence/`. Commands run one after the other, since they share the project
 * directory; services under test are started side by side, each with its own port and temporary folder. Rejects with the signal's reason when stopped.
 */
export async function checkPhase(bench: Workbench, work: BuildWork, phaseId: string): Promise<PhaseAcceptance> {
  const commit = await bench.repository.head();
  const sourceTree = commit && (await bench.repository.sourceTree(commit));
  const criteria = work.criteria.filter((criterion) => work.phaseOf.get(criterion.id) === phaseId);
  const checkable = criteria.filter((criterion): criterion is CheckableCriterion => criterion.check !== null);
  const isCommand = ({ check }: CheckableCriterion) => check.kind === "command";
  const look = async (criterion: CheckableCriterion) => {
    const evidence = await gatherEvidence(bench, { criterion, phaseId, commit, sourceTree });
    work.evidence.set(criterion.id, evidence);
    return evidence;
  };
  const seen = [
    ...(await mapLimited(checkable.filter(isCommand), 1, look)),
    ...(await mapLimited(
      checkable.filter((criterion) => !isCommand(criterion)),
      availableParallelism(),
      look,
    )),
  ];
  const failed = seen.filter((evidence) => !evidence.passed);
  return {
    passed: failed.length === 0,
    reason: `${failed.length} of ${checkable.length} criteria failed (${failed.map(({ criterionId }) => criterionId).join(", ")}).`,
    failed,
    criteriaPassed: seen.length - failed.length,
    criteriaTotal: checkable.length,
  };
}

/** The evidence of one criterion for a commit: from the journal where it is there, else by running the check. */
async function gatherEvidence(
  bench: Workbench,
  at: { criterion: CheckableCriterion; phaseId: string; commit: string | undefined; sourceTree: string | undefined },
): Promise<Evidence> {
  const { criterion, phaseId, commit } = at;
  const { id: criterionId, check, description } = criterion;
  // Documents and reports do not change what a check sees: evidence holds as long as the same code stands.
  const key = { check, sourceTree: at.sourceTree };
  const known = bench.options.rerunTests ? undefined : bench.journal.find<Evidence>(`evidence:${criterionId}`, key);
  const { signal, clock } = bench;
  const place = { cwd: bench.paths.root, env: bench.environment, signal, clock };
  const evidence = known ?? (await runCheck({ ...place, criterionId, phaseId, check, commit }));
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
  await writeJsonArtifact(join(bench.paths.evidence, `${criterionId}.json`), { criterion, evidence });
  return evidence;
}
