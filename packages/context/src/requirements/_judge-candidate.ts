import type { Candidate } from "./_candidate.ts";
import type { SectionMode } from "./_section-mode.ts";
import {
  hasSystemSubject,
  isBehaviour,
  isConditional,
  isGiven,
  isTelling,
  METADATA,
  modalOf,
  SCENARIO,
  STORY,
} from "./_statement.ts";

const STATED_LEAD =
  /\b(?:shall|must|should|requirements?|supports?|includes?|provides?|allows?|able to|can|validat\w+|rejects?|ensures?|criteria|rules?|constraints?|acceptance|needs? to|has to|have to|precisely|following (?:fields|endpoints|events|checks|conditions|actions))\b/i;
const CLOSED_LEAD =
  /\b(?:for example|examples?|such as|questions?|alternatives?|considered|assum\w+|e\.g|note|notes|consists? of|not (?:supported|included|planned))\b[^:]*:\s*$/i;

/** Characters of a candidate that are judged: a longer one is no better known by its end. */
const LONGEST_JUDGED = 1500;

/** Whether a candidate states a requirement, in a section of this mode. */
export function isRequirement(candidate: Candidate, mode: SectionMode, subjects: ReadonlySet<string>): boolean {
  if (candidate.text.length <= LONGEST_JUDGED) return judge(candidate, mode, subjects);
  return judge({ ...candidate, text: candidate.text.slice(0, LONGEST_JUDGED) }, mode, subjects);
}

function judge(candidate: Candidate, mode: SectionMode, subjects: ReadonlySet<string>): boolean {
  const { text, source, label, lead } = candidate;
  if (source === "endpoint" || source === "field" || source === "row" || source === "scenario")
    return mode !== "closed" || source === "scenario";
  if (text.length < 6 || !/\p{L}{2}/u.test(text) || /\?\s*$/.test(text) || METADATA.test(text)) return false;
  if (mode === "closed") return label !== undefined && modalOf(text) === "strong" && /[A-Z]/.test(label);
  if (/^https?:\/\/\S+$/.test(text) || /:\s*$/.test(text)) return false;
  if (label !== undefined) return isLabelled(candidate, mode);
  if (STORY.test(text) || SCENARIO.test(text) || isGiven(text)) return true;
  if (lead !== undefined && CLOSED_LEAD.test(lead)) return false;
  return source === "sentence" ? isObligation(candidate, mode, subjects) : isListed(candidate, mode);
}

function isLabelled({ text, label = "", source }: Candidate, mode: SectionMode): boolean {
  if (/[A-Za-z]/.test(label))
    return mode !== "told" || modalOf(text) !== undefined || source !== "sentence" || isBehaviour(text);
  if (modalOf(text) === "strong") return true;
  return mode !== "told" && (modalOf(text) !== undefined || isBehaviour(text));
}

/** A sentence of running text counts by its modal verb and its subject; under an endpoint also a plain verb does. */
function isObligation(candidate: Candidate, mode: SectionMode, subjects: ReadonlySet<string>): boolean {
  const { text } = candidate;
  if (isTelling(text) && !(candidate.afterObligation && /^they (?:shall|must|may|should)\b/i.test(text))) return false;
  if (candidate.underEndpoint) return isBehaviour(text);
  const modal = modalOf(text);
  const ours = hasSystemSubject(text, subjects);
  if (mode === "told") return modal === "strong" && (/\bshall\b/i.test(text) || ours) && !/\bshould\b/i.test(text);
  if (modal === "strong" || (modal !== undefined && isConditional(text))) return true;
  const pointing = /^(?:this|that|these|those|there|it|here|note|in|at)\b/i.test(text);
  if (modal === "weak") return ours || (mode === "stated" && !pointing);
  if (mode === "stated") return isPlainRule(text) || (isBehaviour(text) && !pointing);
  return ours && isPlainRule(text);
}

/** "Errors are returned as problem details.": the present tense of a rule, in a section of requirements. */
function isPlainRule(text: string): boolean {
  if (/^(?:this|that|these|those|there|here|it|see|the following|all of this|for details|note)\b/i.test(text))
    return false;
  if (
    /\b(?:already|currently|today|usually|often|sometimes|in our|described|listed|shown below|following|table|section|figure|document)\b/i.test(
      text,
    )
  )
    return false;
  return (
    /\b(?:every|each|all|no|never|only|any)\b/i.test(text.slice(0, 40)) ||
    /\b(?:is|are) (?:not |never |always |only )?\w+(?:ed|en|sent|kept|held|read|shown|made|written|built|run|set|put)\b/i.test(
      text,
    ) ||
    /\b(?:returns?|uses?|goes?|go through|integrates?|requires?|needs?|supports?|runs? on|expires?|responds?|answers?)\b/i.test(
      text,
    )
  );
}

function isListed(candidate: Candidate, mode: SectionMode): boolean {
  const { text, source, lead } = candidate;
  const modal = modalOf(text);
  if (mode === "told") {
    if (source === "checkbox") return true;
    if (lead !== undefined && /\b(?:shall|must|should|needs? to|has to|requirements?|able to)\b/i.test(lead))
      return true;
    return modal === "strong" && !isTelling(text);
  }
  if (source === "checkbox" || mode === "stated")
    return !(isTelling(text) && modal !== "strong" && /^(?:we|i|they)\b/i.test(text));
  if (lead !== undefined && STATED_LEAD.test(lead)) return true;
  if (isTelling(text)) return false;
  return modal !== undefined || isBehaviour(text);
}
