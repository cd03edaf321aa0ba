/** What no rule builds, with the words a spec asks for it and the reason a reader is given. Tried in order. */
const unsupported: readonly [RegExp, string][] = [
  [
    /\breact\b|\bvue\b|\bangular\b|\bsvelte\b|\bfront[- ]?end\b|\buser interface\b|\b(?:web|admin|mobile|graphical|management) (?:ui|pages?|interface|apps?|site|screen|console|portal|client)\b|\bdashboards?\b|\bhtml\b|\bcss\b|\bbrowsers?\b|\bin the UI\b|\bdrag[- ]and[- ]drop\b|\bkanban\b/i,
    "user interfaces are not built offline",
  ],
  [
    /\bweb ?sockets?\b|\bserver[- ]sent events\b|\bSSE\b|\breal[- ]?time\b|\blive updates?\b|\bpush(?:es|ed)? (?:notifications?|updates?|changes)\b|\bsubscrib\w+/i,
    "live connections are not built offline",
  ],
  [
    /\b(?:send|sends|sent|sending|deliver\w*|receives?|received|gets?)\b[^.]*\b(?:e-?mails?|sms|text messages?|messages?|notifications?|reminders?|digest)\b|\be-?mail(?:s|ed)?\b[^.]*\b(?:digest|reminder|notification|report|summary)\b|\bnotif(?:y|ies|ied|ications?)\b|\breminders?\b|\bnewsletters?\b|\be-?mail(?:s|ed) (?:to|the|an?|all|its|every)\b/i,
    "sending messages is not built offline",
  ],
  [
    /\belastic ?search\b|\bopensearch\b|\bsolr\b|\bfull[- ]text (?:index|engine)\b|\bfuzzy\b|\brelevance\b|\bsynonyms?\b|\btypo[- ]tolera\w+|\bsuggestions?\b|\bautocomplet\w+/i,
    "a search engine is not built offline",
  ],
  [
    /\boauth\b|\bopenid\b|\bOIDC\b|\bSSO\b|\bSAML\b|\bJWTs?\b|\blog(?:s|ged)?[- ]?in\b|(?<!minus )\bsign(?:s|ed)?[- ](?:in|up)\b|\bpasswords?\b|\bsessions? cookies?\b|\bmulti-factor\b|\b2FA\b|\bLDAP\b/i,
    "accounts and logins are not built offline; one shared credential is",
  ],
  [
    /\broles?\b|\bpermissions?\b|\bRBAC\b|\bauthoriz(?:e|ed|ation)\b(?! header| bearer|`|: )|\badmin(?:istrator)?s?\b[^.]*\bonly\b|\bonly (?:the |an? )?(?:admin\w*|owners?|authors?|managers?|staff|librarians?|doctors?|members?|users?)\b[^.]*\b(?:may|can|are|is)\b|\b(?:may|can) only (?:see|read|view|access|edit|change)\b|\btheir own\b|\bmulti[- ]tenan\w+|\btenants?\b/i,
    "rights that differ between users are not built offline",
  ],
  [
    /\bpayments?\b(?![_ ](?:status|method|date)\b)[^.]*\b(?:stripe|paypal|card|gateway|provider|process)|\bstripe\b|\bpaypal\b|\bcredit cards?\b|\bcharg(?:e|es|ed|ing) (?:the|a|an|customers?|members?|users?)\b|\brefunds?\b[^.]*\b(?:issue|process|automatic)/i,
    "payments are not built offline",
  ],
  [
    /\bupload\w*|\battachments?\b|\bfile storage\b|\bS3\b|\bmultipart\b|\bthumbnails?\b|\bbinary files?\b/i,
    "file uploads are not built offline",
  ],
  [
    /\b(?:export|import)(?:s|ed|ing)?\b[^.]*\b(?:csv|excel|xlsx|pdf|xml|file|ical|spreadsheet)|\b(?:csv|excel|pdf|ical|xlsx)\b|\bprint(?:ed|able)\b|\bbar ?codes?\b[^.]*\bscan|\bQR[- ]codes?\b/i,
    "file formats other than JSON are not built offline",
  ],
  [
    /\bredis\b|\bkafka\b|\brabbitmq\b|\bpostgres\w*|\bmysql\b|\bmaria ?db\b|\bmongo\w*|\bdynamo\w*|\bmessage (?:queue|broker|bus)\b|\bkubernetes\b|\bhelm\b|\bterraform\b|\bdocker\w*|\bAWS\b|\bAzure\b|\bGCP\b|\blambda\b|\bmicroservices?\b/i,
    "other infrastructure than Node and SQLite is not built offline",
  ],
  [
    /\bgraphql\b|\bgRPC\b|\bSOAP\b|\bprotobuf\b|\bXML\b|\bJSON:API\b|\bHATEOAS\b|\bHAL\b/i,
    "interfaces other than REST with JSON are not built offline",
  ],
  [
    /\bpython\b|\bdjango\b|\bflask\b|\bfastapi\b|\bruby\b|\brails\b|\bgolang\b|\brust\b|\bjava\b|\bspring\b|\b\.NET\b|\bPHP\b|\blaravel\b|\bexpress(?:\.js)?\b|\bfastify\b|\bnest\.?js\b|\btypescript\b|\bprisma\b/i,
    "other languages and frameworks than plain JavaScript on Node are not built offline",
  ],
  [
    /\bweb ?hooks?\b|\bthird[- ]party\b|\bexternal (?:api|service|system|provider|calendar)s?\b|\bintegrat(?:es|ed|ion|ions|ing)? with\b|\bsync(?:s|ed|hroni[sz]\w+)?\b[^.]*\b(?:calendar|google|outlook|slack|jira|crm)|\bslack\b|\bgoogle\b|\boutlook\b/i,
    "calls to other systems are not built offline",
  ],
  [
    /\bcron\b|\bscheduled?(?:r| job| task| report)\b|\bnightly\b|\bbackground (?:job|task|worker|process)\w*|\bevery (?:day|night|hour|morning|evening|week|month|minute|monday|\d+ (?:minutes|hours|days))\b|\b(?:each|once a|once per) (?:day|night|week|month|morning)\b|\bautomatic(?:ally)? (?:cancel|clos|expir|archiv|delet|mov|mark|remind|renew|becom|releas|assign)\w*|\bexpir(?:e|es|ed|y)\b[^.]*\bautomatic/i,
    "work that runs by itself at a time is not built offline",
  ],
  [
    /\brate[- ]?limit\w*|\bthrottl\w+|\bquotas?\b|\b429\b|\brequests? per (?:second|minute|hour|client)/i,
    "rate limits are not built offline",
  ],
  [
    /\bp9\d(?:\.\d)?\b|\bpercentile\b|\blatenc(?:y|ies)\b|\bthroughput\b|\bconcurrent(?:ly)?\b|\bsimultaneous(?:ly)?\b|\brequests\/s\b|\brps\b|\bwithin \d+ ?(?:ms|milliseconds?|s\b|seconds?)|\b(?:under|below|less than|in|faster than) \d+ ?(?:ms|milliseconds?|seconds?)\b|\bresponse times?\b|\bup ?time\b|\b99(?:\.\d+)? ?%|\bhigh availability\b|\bscal(?:e|es|able|ability|ing)\b/i,
    "speed, load and availability are not measured offline",
  ],
  [
    /\bencrypt\w*|\bTLS\b|\bHTTPS\b|\bGDPR\b|\bHIPAA\b|\bPCI\b|\bbackups?\b|\breplica\w*|\bfail[- ]?over\b|\bpenetration\b/i,
    "encryption, backups and compliance are not built offline",
  ],
  [
    /\baudit(?: log| trail|ed|able)?\b|\bhistory of\b|\bchange (?:log|history)\b|\bversion(?:ed|ing)? (?:of|history|records)\b|\bevent sourcing\b|\bsoft[- ]?delet\w+|\bundo\b|\brestor(?:e|ed|able)\b/i,
    "histories and undo are not built offline",
  ],
  [
    /\bbulk\b|\bbatch(?:es)?\b(?! number)|\bseveral [\w ]+ (?:in one|at once)\b|\bmultiple [\w ]+ (?:in one|at once|in a single)\b/i,
    "bulk operations are not built offline",
  ],
  [
    /\btranslat(?:ed|ions?)\b|\blocali[sz]\w+|\bi18n\b|\bmulti-?lingual\b|\btime ?zones? (?:of|conver)\w*/i,
    "translations are not built offline",
  ],
  [
    /\bstatistics?\b|\breports?\b(?! an? (?:error|problem))|\banalytics\b|\baggregat\w+|\baverages?\b|\bsum(?:s|med)? of\b|\btotals? (?:of|per|by|number|amount|price|cost)\b|\bnumber of [\w ]+ per\b|\bcounts? (?:of|per|by)\b|\bhow many\b|\bcharts?\b|\bmost popular\b|\branking\b/i,
    "sums, counts and reports are not built offline",
  ],
  [
    /\bgeo\w*|\bdistance\b|\bnearby\b|\bradius\b|\bnearest\b|\blatitude\b[^.]*\bsearch/i,
    "geographic search is not built offline",
  ],
  [
    /\bmachine learning\b|\bAI\b|\brecommend(?:s|ed|ations?)\b|\bLLMs?\b/,
    "recommendations and learning are not built offline",
  ],
  [
    /\bCORS\b|\bcross-origin\b|\bIdempotency-Key\b|\bidempotency keys?\b|\bETags?\b|\bIf-Match\b|\boptimistic (?:lock|concurrency)\w*|\bcompress(?:ed|ion)\b|\bgzip\b|\bcach(?:e|ed|es|ing)\b|\bhttp\/2\b/i,
    "this part of HTTP is not built offline",
  ],
  [
    /\bprometheus\b|\bmetrics\b|\btracing\b|\btelemetry\b|\bopen ?telemetry\b|\bstructured log\w*|\baccess log\w*|\brequest log\w*|\blog(?:s|ged)? (?:every|each|all)\b|\bmonitor(?:ed|ing)?\b|\balerts?\b|\bsentry\b/i,
    "logs, metrics and monitoring are not built offline",
  ],
  [
    /\boverlap\w*|\bdouble[- ]book\w*|\bat the same time\b|\bconflicting (?:appointments?|bookings?|reservations?|slots?)\b/i,
    "rules that compare a record with other records in time are not built offline",
  ],
  [
    /\b(?:at most|no more than|not more than|up to|maximum(?: of)?|fewer than|more than|limit of) (?:\d+|one|two|three|four|five|six|ten) (?:\w+ ){0,2}(?:open |active |concurrent )?(?:loans?|bookings?|appointments?|orders?|tasks?|items? (?:per|at)|records?|members?|reservations?|children|comments?|entries per)\b/i,
    "rules that count other records are not built offline",
  ],
  [/\bcursor[- ](?:based )?|\bkeyset\b|\binfinite scroll\w*/i, "cursors are not built offline; pages are"],
  [/\b(?:calculat|comput|deriv)(?:e|es|ed|ing)\b/i, "computed values are not built offline"],
  [
    /\bmany[- ]to[- ]many\b|\bany number of (?:tags|labels|categories)\b/i,
    "many-to-many relations are not built offline",
  ],
  [/\bcommand[- ]line\b|\bCLI\b|\bSDK\b|\bclient librar\w+/i, "clients are not built offline"],
  [
    /\bdocument(?:ed|ation)\b[^.]*\b(?:wiki|confluence|website)\b/i,
    "documents outside the repository are not written offline",
  ],
];

/** Headings under which a spec lists what is not wanted, or what is only explained. */
const outOfScopeTitle =
  /\bout[- ]of[- ]scope\b|\bnon[- ]?goals?\b|\bnot (?:in scope|included|part of|planned)\b|\bfuture\b|\blater\b|\bwon'?t\b|\bexclu(?:ded|sions?)\b/i;

/** Whether a heading above a statement takes it out of the scope. */
export function isOutOfScope(headingPath: readonly string[]): boolean {
  return headingPath.some((title) => outOfScopeTitle.test(title));
}

/** The reason why no rule builds a statement; undefined when it names nothing of that kind. */
export function unsupportedReason(text: string): string | undefined {
  return unsupported.find(([pattern]) => pattern.test(text))?.[1];
}

/** Whether a statement asks for something, so that leaving it out has to be said. */
export function isDemand(text: string): boolean {
  return /\b(?:must|shall|should|has to|have to|needs? to|required to|will|can|may|is able to|cannot|must not|never|always|only|supports?|provides?|allows?|returns?|responds?|answers?|sends?|rejects?|accepts?)\b/i.test(
    text,
  );
}
