const STRONG =
  /\b(?:shall|must|(?:is|are) required to|(?:is|are) (?:not )?(?:allowed|permitted) to|ha(?:s|ve) to|needs? to|may not|(?:is|are) responsible for)\b/i;
const WEAK = /\b(?:should|may|can|cannot|can't|could|will|might)\b/i;

/** `strong`: shall, must; `weak`: should, may, can, will. */
export function modalOf(text: string): "strong" | "weak" | undefined {
  if (STRONG.test(text) || /\b(?:SHOULD|MAY|RECOMMENDED|OPTIONAL)\b/.test(text)) return "strong";
  return WEAK.test(text) ? "weak" : undefined;
}

export const STORY =
  /^(?:story: )?as (?:an? |the )?\p{L}[^,.]{1,80}?,?\s+(?:I|we) (?:want|need|can|would like|should|must|wish|expect)\b/iu;
export const SCENARIO = /^(?:scenario(?: outline| template)?|example)\s*:/i;
const EARS = /^(?:when|while|where|if|whenever|once|after|upon|as soon as)\b.+\b(?:shall|must|should|will|then)\b/i;

/** "Given … then …", with or without "when". */
export function isGiven(text: string): boolean {
  return /^given\b/i.test(text) && /\bthen\b/i.test(text);
}

export function isConditional(text: string): boolean {
  return EARS.test(text);
}

/** Someone who is not the system: readers, the team, people asked. */
const TELLER =
  /^(?:(?:and|but|so|because|perhaps|maybe|today|currently|in practice|note that|for now),? )?(?:we|i|they|he|she|you|people|everyone|everybody|someone|nobody had|readers?|bidders|authors?|reviewers?|the (?:team|reader|author|customer said|committee|review|authors)|this (?:document|section|chapter|spec|specification|page|paper|memo)|these (?:documents|sections|words|scenarios)|our (?:team|company)|other (?:companies|teams|products|tools)|legal|marketing|purchasing|sales|management|details|examples?)\b/i;
const PAST =
  /\b(?:was|were|had|did|didn't|said|told|found|tried|wrote|heard|agreed|complained|have been|would(?! like))\b/i;

/** Whether a sentence tells about people, the past or the document instead of obliging the system. */
export function isTelling(text: string): boolean {
  return (
    TELLER.test(text) ||
    PAST.test(text) ||
    /\b(?:according to|manual|recommends|experience shows|usual(?:ly)?|it is assumed|is described in|are to be interpreted|\bwords? ["'“]?[A-Z]|used as in|will (?:not )?be (?:described|decided|covered|discussed))\b/i.test(
      text,
    )
  );
}

const SYSTEM =
  /\b(?:system|app|application|service|server|client|api|user|users|software|program|tool|platform|product|device|controller|component|module|interface|page|form|database|backend|frontend|website|portal|request|requests|response|responses|endpoint|message|messages|data|password|passwords|admin|admins|administrator|operator|customer|customers|field|file|files|account|accounts|session|token|tokens|it)\b/i;

/** Nouns this document obliges with shall or must: what it calls the system, its parts and its users. */
export function findSubjects(text: string): ReadonlySet<string> {
  const subjects = new Set<string>();
  for (const { index } of text.matchAll(/\s(?:shall|must)\b/gi)) {
    const noun = /[\p{L}-]{3,30}$/u.exec(text.slice(Math.max(0, index - 31), index))?.[0];
    if (noun) subjects.add(noun.toLowerCase());
  }
  for (const word of [
    "that",
    "which",
    "this",
    "these",
    "they",
    "who",
    "you",
    "and",
    "what",
    "team",
    "readers",
    "bidder",
    "bidders",
  ])
    subjects.delete(word);
  return subjects;
}

/** Whether the subject, the words before the modal, names the system or who uses it. */
export function hasSystemSubject(text: string, subjects: ReadonlySet<string>): boolean {
  const modal = /\b(?:shall|must|should|may|can|cannot|could|will|might|has to|have to|needs? to|is|are)\b/i.exec(text);
  const before = modal ? text.slice(0, modal.index) : text.slice(0, 60);
  return SYSTEM.test(before) || (before.toLowerCase().match(/[\p{L}-]+/gu) ?? []).some((word) => subjects.has(word));
}

const VERBS = new Set(
  (
    "accept access add adjust advise aggregate alert allow announce answer append apply approve archive ask assign attach audit authenticate authorize " +
    "avoid back block book browse build cache calculate cancel capture change charge check choose clear close collect compare compress compute " +
    "configure confirm connect convert copy count create customize decide deduplicate define delete deliver deny deploy detect disable discard display distinguish download " +
    "drag draw drop edit emit enable encrypt end enforce enter escalate exclude execute expire export expose extract fail fall fetch filter find flag follow format " +
    "forward generate get give grant group handle hash hide highlight hold identify ignore import include index inform ingest insert inspect install integrate invalidate " +
    "invite issue join keep label limit link list listen load lock log look mail maintain make manage map mark mask match measure merge migrate modify monitor " +
    "move never notify offer open order organize override pair parse pause pay perform persist pick place play post prefer present preserve preview prevent print " +
    "process produce propose protect provide publish push queue raise rate read receive recommend record recover redirect redo refresh refuse register reject release " +
    "reload remember remind remove rename render reopen repeat replace reply report request require reschedule reserve reset resize resolve respond restart restore restrict resume " +
    "retain retry return reuse review revoke rollback rotate route run save scale scan schedule search see select send serve set share ship show sign skip sort split " +
    "start stay stop store stream submit subscribe suggest suspend support survive swap switch sync synchronise synchronize tag take test throttle track transfer translate trigger undo " +
    "unlock unsubscribe update upgrade upload use validate verify view wait warn withdraw work write zoom"
  ).split(" "),
);

function isVerb(word: string): boolean {
  if (VERBS.has(word)) return true;
  if (!word.endsWith("s")) return false;
  return VERBS.has(word.slice(0, -1)) || VERBS.has(word.slice(0, -2)) || VERBS.has(`${word.slice(0, -3)}y`);
}

/** Whether a text begins with what somebody or something does: "Support several formats". */
export function beginsWithVerb(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}'’/-]+/gu) ?? [];
  return words.length >= 2 && isVerb(words[0] ?? "");
}

/** Whether an item reads as a statement about behaviour: it begins with a verb, or has one in the present tense. */
export function isBehaviour(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}'’/-]+/gu) ?? [];
  const [first = ""] = words;
  if (beginsWithVerb(text)) return true;
  if (words.length < 3) return false;
  if (/[^s]s$/.test(first) && isVerb(words[1] ?? "")) return true;
  if (
    /\b(?:is|are|has|have|can|cannot|gets?|does|do|must|shall|should|may|needs?|takes?|stays?|remains?|becomes?|wins?|goes?|go|live|lives|pass|passes|carry|carries|costs?|contains?|works?|never|always|only)\b/i.test(
      text,
    )
  )
    return true;
  return (
    words
      .slice(1, 8)
      .some(
        (word) =>
          word.endsWith("s") &&
          isVerb(word) &&
          !/^(?:requests|messages|orders|reports|records|lists|logs|files|links|tags|views|tests|notes|uses|forms|changes|rates|groups|processes|answers|shares|sorts|places|marks|flags|limits|reviews|updates|releases)$/.test(
            word,
          ),
      ) || /\b(?:requests|uses|lists|logs|reports|answers|changes|records)\b/.test(words[1] ?? "")
  );
}

/** A line of data about another requirement: "Priority: high". */
export const METADATA =
  /^(?:priority|estimate|estimation|status|owner|author|version|date|source|rationale|reason|notes?|example|verification|verified by|depend(?:encies|s on)|effort|(?:story )?points|labels?|assignee|see(?: also)?|refs?|references?|risk|trace(?:s to|ability)?|type|actors?|category|component|stakeholders?|frequency|severity|method|parent|links?|release|milestone|sprint|background|context|why|comment)\s*:/i;
/** Words before the statement proper. */
export const PREFACE =
  /^(?:description|requirement|statement|story|user story|acceptance(?: criteri(?:a|on))?|criteri(?:a|on)|rule|ac ?\d*)\s*:\s*/i;
