import { codeWords, type SentenceRule, type ServiceDraft } from "../spec/draft.ts";

/** A promise that every generated service keeps, and the words a spec asks for it with. */
interface PlatformPromise {
  words: RegExp;
  part: string;
}

const promises: readonly PlatformPromise[] = [
  { words: /\bhealth(?:z)?\b/i, part: "feature:health" },
  { words: /\bopen ?api\b|\bswagger\b(?! ui)/i, part: "feature:openapi" },
  { words: /\bgraceful(?:ly)?\b|\bSIGTERM\b|\bSIGINT\b|\bin[- ]flight\b/i, part: "feature:shutdown" },
  { words: /\bnode(?:\.?js)?\b(?:[^.]*\b2[0-4]\b)?|\bjavascript\b/i, part: "feature:platform" },
  { words: /\bsqlite\b/i, part: "feature:storage" },
  {
    words:
      /\b(?:no|zero|without(?: any)?|free of)\s+(?:\w+[- ]){0,3}(?:dependenc\w+|packages|framework\w*|librar\w+)\b|\bdependency[- ]free\b|\bstandard library only\b/i,
    part: "feature:platform",
  },
  { words: /`?npm start`?/i, part: "feature:platform" },
  {
    words: /`?npm (?:run )?test`?|`?node --test`?|\bown (?:automated )?tests?\b|\bautomated tests?\b|\btest suite\b/i,
    part: "feature:tests",
  },
  { words: /\bPORT\b|\blisten(?:s|ing)? on port\b|\bport \d+/, part: "feature:configuration" },
  { words: /\bDATABASE_FILE\b|\bDB_(?:FILE|PATH)\b|\bDATABASE_PATH\b/, part: "feature:configuration" },
  {
    words:
      /\b(?:survives?|persist(?:s|ed|ent(?:ly)?)?|durabl[ey]|kept)\b[^.]*\b(?:restart\w*|disk|file|database|sqlite)?/i,
    part: "feature:storage",
  },
  { words: /\bJSON\b/, part: "feature:json" },
  { words: /\bUUIDs?\b/, part: "feature:ids" },
  {
    words: /\bprepared statements?\b|\bparameteri[sz]ed (?:quer|statement)\w*|\bSQL injection\b/i,
    part: "feature:prepared-statements",
  },
  { words: /\bstack traces?\b|\binternal (?:details|errors?)\b|\b500\b/i, part: "feature:error-privacy" },
  { words: /\bconstant[- ]time\b|\btiming[- ]safe\b/i, part: "feature:auth" },
  { words: /\b405\b|\bmethod not allowed\b|\bunsupported method\b/i, part: "feature:method-not-allowed" },
  {
    words:
      /\b413\b|\b(?:request )?bod(?:y|ies) (?:size|limit|larger|bigger|over|above)\b|\b(?:larger|bigger) than \d+ ?(?:ki?b|mi?b|kilobytes|megabytes)\b|\bbody limit\b/i,
    part: "feature:body-limit",
  },
  { words: /\b415\b|\bcontent[- ]type\b|\bapplication\/json\b/i, part: "feature:content-type" },
  { words: /\b404\b|\bnot found\b|\bunknown (?:id|identifier|record|resource)s?\b/i, part: "feature:not-found" },
  {
    words: /\b400\b|\bmalformed\b|\bnot (?:valid|well-formed|parsable) JSON\b|\binvalid JSON\b/i,
    part: "feature:malformed-json",
  },
  {
    words:
      /\b422\b|\bvalidat\w+\b|\binvalid (?:input|field|value|data|request|bod)\w*\b|\b(?:each|every) (?:invalid|offending|failing|wrong) field\b|\bfield errors?\b/i,
    part: "feature:validation",
  },
  { words: /\b409\b/, part: "feature:conflict" },
  { words: /\b401\b|\bWWW-Authenticate\b/i, part: "feature:auth" },
  { words: /\b201\b|\bLocation\b(?= header)|\b`?Location`? header\b/, part: "feature:create-answer" },
  { words: /\b204\b/, part: "feature:delete-answer" },
  {
    words: /\bPATCH\b|\bpartial(?:ly)? updat\w+|\bonly the (?:given|supplied|provided|sent) fields\b/i,
    part: "feature:partial-update",
  },
  {
    words: /\bPUT\b|\bfull(?:y)? replac\w+|\breplaces? (?:the )?(?:whole|full|entire|complete)\b/i,
    part: "feature:replace",
  },
  { words: /\bUTC\b|\bISO[- ]?8601\b|\bRFC[- ]?3339\b/i, part: "feature:timestamps" },
  {
    words: /\breferential integrity\b|\bforeign keys?\b|\bmust (?:exist|refer to an existing)\b/i,
    part: "feature:references",
  },
  { words: /\bunknown (?:fields|properties|attributes)\b/i, part: "feature:unknown-fields" },
  { words: /\bprints? (?:its|the) (?:URL|address)\b/i, part: "feature:platform" },
];

/** Recognises what every generated service does anyway, and reads the few figures and names that belong to it. */
export const platformRule: SentenceRule = (statement, draft) => {
  const parts = promises
    .filter(({ words }) => words.test(statement.plain) || words.test(statement.raw))
    .map(({ part }) => part);
  if (parts.length === 0) return undefined;
  if (parts.includes("feature:auth") && draft.auth === null) parts.splice(parts.indexOf("feature:auth"), 1);
  readFigures(statement.plain, statement.raw, draft);
  return parts.length === 0 ? undefined : [...new Set(parts)];
};

function readFigures(plain: string, raw: string, draft: ServiceDraft): void {
  const port =
    /\bport\b[^.;\d]{0,30}(\d{4,5})\b/i.exec(plain) ?? /\bPORT\b.*?\bdefaults?\b\D{0,12}(\d{4,5})/i.exec(plain);
  if (port !== null) draft.defaultPort = Number(port[1]);
  const file = codeWords(raw).find((word) => /^(?:DATABASE|DB)_(?:FILE|PATH)$/.test(word));
  if (file !== undefined) draft.environment.databaseFile = file;
  const size = /(\d+(?:\.\d+)?)\s*(ki?b|mi?b|kilobytes?|megabytes?)\b/i.exec(plain);
  if (size !== null && /\bbod(?:y|ies)\b|\b413\b|\bpayload/i.test(plain)) {
    draft.bodyLimitBytes = Math.round(Number(size[1]) * (/^m/i.test(size[2] ?? "") ? 1_048_576 : 1024));
  }
  if (/\bunknown (?:fields|properties|attributes)\b/i.test(plain)) {
    draft.rejectUnknownFields = /\breject|\brefus|\binvalid|\berror|\bnot (?:allowed|accepted)|\b4\d\d\b/i.test(plain);
  }
  const health = codeWords(raw)
    .map((word) => /^(?:GET )?(\/[\w/-]*health\w*)$/.exec(word)?.[1])
    .find((path) => path !== undefined);
  if (health !== undefined) draft.healthPath = health;
  const openApi = codeWords(raw)
    .map((word) => /^(?:GET )?(\/[\w/.-]*openapi[\w.-]*)$/.exec(word)?.[1])
    .find((path) => path !== undefined);
  if (openApi !== undefined) draft.openApiPath = openApi;
}

/** Reads which status answers which kind of problem, in prose or in a table of status codes. */
export const statusRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  const status = Number(/\b(4\d\d)\b/.exec(plain)?.[1] ?? 0);
  if (status === 0) return undefined;
  const clauses = plain.split(/[;,]\s|\bwhile\b|\band\b/).filter((clause) => /\b4\d\d\b/.test(clause));
  for (const clause of clauses.length > 1 ? clauses : [plain]) assignStatus(clause, draft);
  const code = statement.cells
    .map((cell) => /^`?([a-z]+(?:[_-][a-z]+)+|[a-z]{5,})`?$/.exec(cell.trim())?.[1])
    .find((word) => word !== undefined);
  if (code !== undefined && /^`?\d{3}/.test(statement.cells[0] ?? "")) draft.errorCodes[String(status)] = code;
  return undefined;
};

function assignStatus(clause: string, draft: ServiceDraft): void {
  const status = Number(/\b(4\d\d)\b/.exec(clause)?.[1] ?? 0);
  if (status === 0) return;
  const transition =
    /\btransition|\bstate change|\bstatus change|\bnot allowed from|\bmove\b|\bforbidden (?:state|status)/i.test(
      clause,
    );
  if (transition && [400, 409, 422].includes(status)) draft.status.transition = status;
  else if (/\bunique|\bduplicate|\balready (?:exists|taken|in use)/i.test(clause) && [400, 409, 422].includes(status))
    draft.status.unique = status;
  else if (
    /\bvalidat|\binvalid (?!json|token|credential|api|key|bearer|transition|state)|\bfield|\bconstraint|\bmissing (?:required|mandatory)|\bbad (?:input|request)|\bwrong type/i.test(
      clause,
    ) &&
    [400, 422].includes(status) &&
    (/\bfields?\b|\bvalidation/i.test(clause) || !/\bnot (?:valid )?JSON|\bmalformed/i.test(clause))
  ) {
    draft.status.validation = status;
  }
}
