/**
 * What a heading says about the text under it: `stated` holds requirements, `neutral` may, `told` is prose about the product
 * (only plain obligations of the system count there), `closed` holds none.
 */
export type SectionMode = "stated" | "neutral" | "told" | "closed";

const CLOSED =
  /\b(?:non[- ]?goals?|out of scope|not (?:in|part of) (?:scope|this)|outside (?:the )?scope|exclu(?:ded|sions)|won'?t(?: have)?|do(?:es)? not want|glossary|terms?|terminology|definitions?(?! of done)|acronyms?|abbreviations?|vocabulary|references?|applicable documents|related (?:documents|work)|bibliography|further reading|history|change ?log|change record|revisions?|document control|version control|open (?:questions?|points?|issues?)|questions?|unsure|unclear|faq|risks?|assumptions?|alternatives?|prior art|rationale|acknowledge?ments?|licen[cs]e|credits|authors?|contributors?|stakeholders?|personas?|milestones?|road ?map|schedule|timeline|time line|dates|budget|prices?|pricing|team|contacts?|roll ?out|future|ideas|later|table of contents|contents|examples?|sample|session|appendix|annex|metrics to watch|success (?:metrics|criteria)|kpis?|remarks?|traceability|iana|market|competit\w+|lessons|rejected|deferred|postponed|parking lot|sign[- ]?off|approvals?)\b/i;
const TOLD =
  /\b(?:introduction|overview|summary|abstract|tl;?dr|background|context|motivation|problem|why|purpose|audience|about|how to read|conventions?|description|perspective|vision|mission|idea|story|user needs|who uses|user (?:classes|characteristics)|design(?!.*constraint)|architecture|approach|implementation|development|contributing|installation|usage|getting started|quick ?start|notes?|goals?|objectives?|verification|testing|tests|test plan|study|stimulus|flows?|workflows?|journeys?|walk ?through|proposal|discussion|analysis|project|scope|intended use)\b/i;
const STATED =
  /\b(?:requirements?|acceptance|criteria|features?|constraints?|rules?|validations?|must|should|could|shall|nice to have|security|protection|performance|limits?|quality|capabilit\w+|reliability|availability|usability|accessibility|user stories|stories|backlog|epic|definition of done|invariants?|guarantees?|endpoints?|api|routes?|errors?|behaviou?rs?|functional(?:ity)?|non[- ]?functional|nfrs?|slos?|slas?|service levels?|technology|tech(?: stack)?|stack|platforms?|compatibility|compliance|privacy|permissions?|interfaces?|integrations?|operations|monitoring|logging|retention|functions|needs to do|has to do|to do|what it does|how good|expectations|policies|obligations|authentication|authorization|access(?: control)?|dependencies|storage|backups?|restore|recovery|deployment|notifications?|reporting|reports|search|audit\w*|encryption|safety|maintenance|maintainability|scalability|localisation|localization|exit codes?|commands?|options)\b/i;

const STRONG = /\b(?:requirements?|acceptance criteria|definition of done|must have|user stories|constraints?)\b/i;

/** The mode a title names by itself, or undefined when it says nothing. */
function modeOfTitle(title: string): SectionMode | undefined {
  const words = title.replace(/^[\d.]+\s*/, "");
  if (STRONG.test(words) && !/\b(?:out of scope|non[- ]?goals?|open|example)\b/i.test(words)) return "stated";
  if (CLOSED.test(words)) return "closed";
  if (/\bobjectives?\b/i.test(words) && /\b(?:service|recovery|quality)\b/i.test(words)) return "stated";
  if (/\bconsiderations\b/i.test(words)) return "neutral";
  const told = TOLD.exec(words);
  const stated = STATED.exec(words);
  if (told && stated)
    return /\b(?:overview|summary|background)\b/i.test(words) && !/security/i.test(words) ? "told" : "stated";
  if (told) return "told";
  return stated ? "stated" : undefined;
}

/**
 * The mode under a path of headings, the document's title first ("" where it has none): the deepest title that says something
 * decides; a closed section stays closed.
 */
export function modeOfPath(path: readonly string[]): SectionMode {
  const [title = "", ...below] = path;
  if (below.length === 0) return title !== "" && modeOfTitle(title) === "stated" ? "neutral" : "told";
  let mode: SectionMode = "neutral";
  for (const name of below) {
    const own = modeOfTitle(name);
    if (own === undefined) continue;
    if (mode === "closed" && own !== "stated") continue;
    mode = own;
  }
  return mode;
}
