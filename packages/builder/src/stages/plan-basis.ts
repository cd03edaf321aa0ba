import { CcbError } from "@ccb/core";
import type { Journal } from "../journal/create-journal.ts";
import type { PreviousPlan } from "../workbench.ts";
import { specificationStep } from "./save-specification.ts";

/** The journal's step that says which specification the newest plan was made for. */
const basisStep = "plan-basis";

/** Hash of the specification that the newest plan was made for; undefined before there is a plan. */
function readPlanBasis(journal: Journal): string | undefined {
  // A journal of an earlier version has no such step: its plan is that of its build.
  const noted = journal.latest<{ specificationHash: string }>(basisStep)?.specificationHash;
  return noted ?? (journal.latest("plan") === undefined ? undefined : journal.build()?.specificationHash);
}

/** Notes a plan, made or found again, as the newest and what it was made for. */
export function savePlanBasis(journal: Journal, made: { specificationHash: string; inputs: unknown; plan: unknown }) {
  const { specificationHash, inputs, plan } = made;
  if (journal.latest<{ specificationHash: string }>(basisStep)?.specificationHash === specificationHash) return;
  journal.transaction(() => {
    journal.save("plan", inputs, plan);
    journal.save(basisStep, specificationHash, { specificationHash });
  });
}

/**
 * What was planned for another specification than this one; undefined where the newest plan is of this one, or nothing is planned yet. It is known from the plan, not from the
 * build: a run that took up the changed specification may have ended before it had changed the plan.
 */
export function findPreviousPlan(journal: Journal, specificationHash: string): PreviousPlan | undefined {
  const basis = readPlanBasis(journal);
  if (basis === undefined || basis === specificationHash) return undefined;
  const specification = journal.find<{ text: string }>(specificationStep, basis)?.text;
  const analysis = journal.latest<PreviousPlan["analysis"]>("analysis");
  const plan = journal.latest<PreviousPlan["plan"]>("plan");
  if (specification !== undefined && analysis && plan) return { specification, analysis, plan };
  throw new CcbError({ code: "store-failed", message: "The journal holds a plan without what it was made from." });
}
