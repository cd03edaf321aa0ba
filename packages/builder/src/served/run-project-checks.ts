import { resolve } from "node:path";
import { CcbError, type Check, type Evidence } from "@ccb/core";
import { runCheck } from "@ccb/testing";
import { readProjectState } from "./read-project-state.ts";

export interface RunProjectChecksOptions {
  directory: string;
  /** Only the criteria of this phase. */
  phase?: string | undefined;
  /** Only these criteria. */
  criteria?: readonly string[] | undefined;
  environment: Record<string, string>;
  signal: AbortSignal;
  /** Told after each check. */
  onEvidence?: (evidence: Evidence, place: { done: number; total: number }) => void;
}

/**
 * Runs a project's acceptance checks against its files as they are now, one after the other, and returns what they saw. Nothing is journalled: a build does that
 * itself. CcbError `bad-input` where there is nothing to check; rejects with the signal's reason when aborted.
 */
export async function runProjectChecks(options: RunProjectChecksOptions): Promise<Evidence[]> {
  const { phase, criteria, signal, environment } = options;
  const project = await readProjectState(options.directory);
  const wanted = project.criteria
    .filter((entry) => phase === undefined || entry.phase === phase)
    .flatMap((entry) => entry.criteria.map((criterion) => ({ phaseId: entry.phase, criterion })))
    .filter(({ criterion }) => criteria === undefined || criteria.includes(criterion.id))
    .flatMap(({ phaseId, criterion: { id, check } }) =>
      check === null ? [] : [{ phaseId, id, check: check as Check }],
    );
  if (wanted.length === 0) {
    throw new CcbError({
      code: "bad-input",
      message: `There is no criterion with a check${phase ? ` in phase "${phase}"` : ""}${criteria ? ` among ${criteria.join(", ")}` : ""}.`,
      hint: `Phases are ${project.criteria.map((entry) => entry.phase).join(", ") || "none: nothing is planned here"}.`,
    });
  }
  const seen: Evidence[] = [];
  for (const { phaseId, id, check } of wanted) {
    const place = { cwd: resolve(options.directory), env: environment, signal };
    const evidence = await runCheck({ ...place, criterionId: id, phaseId, check });
    seen.push(evidence);
    options.onEvidence?.(evidence, { done: seen.length, total: wanted.length });
  }
  return seen;
}
