import type { Candidate } from "./_candidate.ts";

const MODAL =
  /\b(?:shall|must|should|need(?:s)? to|ha(?:s|ve) to|(?:is|are) (?:required|expected|responsible)|may not|can ?not|required to|will(?: not)? (?:be|have|support|provide|return|allow|use|store|send|log|run))\b/i;
const STORY = /^as an? .{2,80}?,? i (?:want|need|can|would like|should)\b/i;
const GIVEN =
  /^(?:given\b.*\bwhen\b.*\bthen\b|(?:when|while|where|if)\b.+?,? (?:then )?the \S+.* (?:shall|must|should)\b)/i;
const REQUIREMENT_HEADING =
  /\b(?:requirements?|acceptance|criteria|features?|constraints?|functional|rules?|validation|behaviou?rs?|must|should|security|performance|limits?|quality|capabilit\w+|reliability|usability|scope|user stories|definition of done|business rules|invariants?|guarantees|api|endpoints?|errors?)\b/i;
const NOT_HEADING =
  /\b(?:out of scope|non.goals?|glossary|definitions?|references?|background|introduction|motivation|rationale|history|change ?log|revision|open questions|future|examples?|appendix|overview|context|table of contents|contents|purpose|stakeholders|alternatives|assumptions|risks|notes?|terminology|summary|abstract)\b/i;
const LEAD =
  /\b(?:shall|must|should|requirements?|support(?:s)?|include(?:s)?|provide(?:s)?|allow(?:s)?|able to|can|validat\w+|reject\w*|ensure|following|criteria|rules?|constraints?)\b/i;

/** Whether a candidate states a requirement. */
export function isRequirement(candidate: Candidate): boolean {
  const { text, source, headingPath, label } = candidate;
  if (text.length < 8 || !/\p{L}{2}/u.test(text)) return false;
  if (source === "endpoint" || source === "field" || source === "row" || source === "scenario") return true;
  const heading = headingPath.at(-1) ?? "";
  const path = headingPath.slice(1).join(" / ");
  const excluded = NOT_HEADING.test(heading) && !REQUIREMENT_HEADING.test(heading);
  if (/\?\s*$/.test(text)) return false;
  if (label !== undefined && source !== "sentence") return true;
  if (excluded) return false;
  if (STORY.test(text) || GIVEN.test(text)) return true;
  if (MODAL.test(text)) return !/:\s*$/.test(text);
  if (source === "sentence") return false;
  if (/:\s*$/.test(text)) return false;
  if (source === "checkbox") return true;
  if (candidate.lead !== undefined && LEAD.test(candidate.lead)) return true;
  return REQUIREMENT_HEADING.test(heading) || (REQUIREMENT_HEADING.test(path) && !NOT_HEADING.test(path));
}
