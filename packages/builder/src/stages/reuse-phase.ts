import type { Criterion, Evidence } from "@ccb/core";
import type { BuildWork, Workbench } from "../workbench.ts";

/** What the journal keeps of an accepted phase: what its checks saw. */
interface AcceptedPhase {
  evidence: Evidence[];
}

/** Journals that a phase was accepted, under the commits of its tasks and its criteria. */
export function savePhase(bench: Workbench, work: BuildWork, phase: string): void {
  const evidence = criteriaOf(work, phase).flatMap(({ id }) => work.evidence.get(id) ?? []);
  bench.journal.save(`phase:${phase}`, inputsOf(work, phase), { evidence } satisfies AcceptedPhase);
}

/** Phases that were accepted before with the same tasks, commits and criteria; their evidence goes into `work`. None when tests are to be run again. */
export function findAcceptedPhases(bench: Workbench, work: BuildWork): Set<string> {
  const accepted = new Set<string>();
  if (bench.options.rerunTests) return accepted;
  for (const { id } of work.plan.phases) {
    const known = bench.journal.find<AcceptedPhase>(`phase:${id}`, inputsOf(work, id));
    if (!known) continue;
    accepted.add(id);
    for (const evidence of known.evidence) work.evidence.set(evidence.criterionId, evidence);
  }
  return accepted;
}

function criteriaOf(work: BuildWork, phase: string): Criterion[] {
  return work.criteria.filter(({ id }) => work.phaseOf.get(id) === phase);
}

function inputsOf(work: BuildWork, phaseId: string) {
  const tasks = work.plan.phases.find(({ id }) => id === phaseId)?.tasks ?? [];
  return { criteria: criteriaOf(work, phaseId), commits: tasks.map(({ id }) => [id, work.commits.get(id) ?? null]) };
}
