import type { Requirement, RequirementKind } from "@ccb/core";

const KINDS: [RequirementKind, RegExp][] = [
  [
    "security",
    /\b(?:authenticat\w*|authori[sz]\w*|encrypt\w*|tls|ssl|https|password\w*|secrets?|tokens? expire|csrf|xss|sql injection|sanitis\w*|sanitiz\w*|permission\w*|access control|rbac|oauth\w*|jwt|mfa|2fa|audit(?:ed| log)\w*|gdpr|pii|privacy|vulnerab\w*|hash(?:ed|ing)|bcrypt|argon2|signed|signature|certificates?|forbidden|unauthori[sz]ed|40[13]|brute|security|sign(?:s|ed)?[- ]?in|log(?:s|ged)?[- ]?in|pin|visible (?:only )?to|card numbers?|personal data|key cards?|roles?|two persons|tamper\w*|write-once|audit)\b/i,
  ],
  [
    "performance",
    /\b(?:latency|throughput|response times?|p9[059]|percentile|(?:requests|messages|events|writes|reads|transactions|operations) (?:per|a) second|req\/s|rps|qps|concurren\w*|milliseconds?|\d+ ?ms|within \d+(?:\.\d+)? ?(?:s|sec|seconds|ms)|uptime|availability|\d+(?:\.\d+)? ?%|scal(?:e|able|ability)|(?:less|more|longer) than \d+(?:\.\d+)? (?:s|sec|seconds|minutes)|(?:under|below|<) ?\d+(?:\.\d+)? ?(?:s|sec|seconds|ms)|[\d,]+ \w+ (?:per|an?) (?:second|minute|hour|day)|crash-free|battery|mean (?:waiting )?time|\d+(?:,\d+)? (?:simultaneous|parallel)|memory (?:usage|footprint|stays)|cpu|performance|faster|start(?:s|up)? (?:in|time)|load time|cache hit)\b/i,
  ],
  [
    "integration",
    /\b(?:integrat\w*|webhooks?|third.party|external (?:system|service|api)s?|smtp|ldap|saml|kafka|rabbitmq|amqp|mqtt|grpc|stripe|slack|s3|sso|import(?:ed|s)? from|export(?:ed|s)? to|sync(?:s|ed|hroni[sz]\w*)? with|interoperab\w*|adapter|connectors?|upstream|downstream|opentelemetry|prometheus|github|lte(?:-m)?|modbus|imap|sepa|ebics|edi|oidc|twilio|gateway|rest (?:api|interface)|openapi|feeds?|ical\w*|fhir|hl7|opc ua|idoc|bluetooth|usb|calls? the|over http\S*)\b/i,
  ],
  [
    "constraint",
    /\b(?:node(?:\.js)? (?:>=|≥|v?\d+)|python \d|typescript|written in|implemented in|run(?:s)? on (?:linux|macos|windows|node)|no (?:external|runtime|third.party) (?:dependenc\w+|services?)|dependenc(?:y|ies)|licen[cs]e\w*|wcag|compl(?:y|iant|iance) with|browser(?:s)? support|backwards?.compatib\w*|deploy\w*|docker|kubernetes|database (?:is|must|shall)|postgres\w*|sqlite|mysql|coding standard|budget|deadline|out of scope|iso[ -]?\d+|en \d+|posix|operate at|android|ios \d+|available in (?:english|german|french|at least)|(?:english|german)(?:,| and) [A-Z]\w+|without javascript|batteries|open.source|docker image|static binary|test coverage|\d+ (?:cores|gb of ram)|run(?:s)? on (?:the|a|our|android|customer)|code is|app store|at most \d+ (?:lines|mb|kb))\b/i,
  ],
];

const HEADING_KINDS: [RequirementKind, RegExp][] = [
  [
    "security",
    /\b(?:security|authentication|authorization|privacy|access|protection|permissions|threats?|governance)\b/i,
  ],
  ["performance", /\b(?:performance|scalability|capacity|availability|latency|slos?|service levels?|objectives)\b/i],
  ["integration", /\b(?:integrations?|(?<!user )interfaces?|external|third.party|interoperability|dependencies)\b/i],
  [
    "constraint",
    /\b(?:constraints?|technolog\w+|tech|stack|platforms?|compatibility|compliance|environment|definition of done)\b/i,
  ],
];

/** Kind of a requirement, from its words and the headings above it. */
export function classifyKind(text: string, headingPath: readonly string[], source: string): RequirementKind {
  if (source === "endpoint" && !/\d ?(?:ms|s|sec|seconds)\b/.test(text)) return "functional";
  const titles = headingPath.length > 1 ? headingPath.slice(1) : headingPath;
  for (const title of [...titles].reverse()) {
    for (const [kind, pattern] of HEADING_KINDS) if (pattern.test(title)) return kind;
  }
  if (source === "field") return "constraint";
  for (const [kind, pattern] of KINDS) if (pattern.test(text)) return kind;
  return "functional";
}

const COULD = /\b(?:could|may|might|optional(?:ly)?|nice.to.have|p3|low|won't|wish)\b/i;
const SHOULD = /\b(?:should|recommended|ought|p2|medium|prefer(?:ably|red)?|ideally)\b/i;

/** Priority, from a column or heading that names one, else from the modal verb. */
export function classifyPriority(text: string, stated: string | undefined): Requirement["priority"] {
  if (stated !== undefined) {
    if (/\b(?:must|p0|p1|high|critical|mandatory|required|essential|m|1)\b/i.test(stated)) return "must";
    if (SHOULD.test(stated) || /^\s*(?:s|2)\s*$/i.test(stated)) return "should";
    if (COULD.test(stated) || /^\s*(?:c|w|3|4)\s*$/i.test(stated)) return "could";
  }
  if (/\b(?:must|shall|required to|has to|have to|needs? to|may not|will)\b/i.test(text)) return "must";
  if (SHOULD.test(text)) return "should";
  if (/\b(?:could|may|might|optionally|nice to have)\b/i.test(text)) return "could";
  return "must";
}
