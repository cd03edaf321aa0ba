import { codeWords, type SentenceRule, type ServiceDraft } from "../spec/draft.ts";
import type { Statement } from "../spec/read-statements.ts";

const subject =
  /\bbearer\b|\bAPI[- ]?keys?\b|\b(?:access|api|service|static|shared|secret) tokens?\b|\btokens?\b|\bauthenticat\w*|\bunauthenticated\b|\bcredentials?\b|`?Authorization`? header|\bX-[\w-]*(?:Key|Token)\b|\bwithout (?:a|any|the) key\b|\b(?:reading|reads|GET requests)\b[^.]*\bpublic\b|\bpublicly (?:readable|accessible)\b/i;
const none =
  /\bno (?:authentication|credentials?|login)\b[^.]*\b(?:needed|required|necessary)?|\bauthentication is (?:not (?:needed|required)|out of scope)|\bwithout authentication\b(?! (?:get|receive|are|is|must|shall|should|will))/i;

/** Reads how clients prove who they are: a bearer token or an API key, the variable that holds it, and what stays open. */
export const authRule: SentenceRule = (statement, draft) => {
  if (!subject.test(statement.raw)) return environmentOnly(statement, draft);
  if (
    none.test(statement.plain) &&
    !/\bexcept|\bonly\b|\bother\b/i.test(statement.plain) &&
    draft.auth === null &&
    !/[`/]/.test(statement.raw)
  ) {
    return ["feature:open-access"];
  }
  const scheme = readScheme(statement, draft);
  if (scheme === undefined) return draft.auth === null ? undefined : readDetails(statement, draft);
  draft.auth ??= { ...scheme, environment: scheme.scheme === "bearer" ? "API_TOKEN" : "API_KEY", publicReads: false };
  if (scheme.scheme === "apiKey" && draft.auth.scheme === "apiKey" && scheme.header !== "x-api-key")
    draft.auth.header = scheme.header;
  return readDetails(statement, draft);
};

function readScheme(
  { raw, plain }: Statement,
  draft: ServiceDraft,
): { scheme: "bearer" | "apiKey"; header: string } | undefined {
  const header = /\b(X-[A-Za-z-]+|Api-Key|ApiKey)\b/.exec(raw)?.[1];
  if (/\bbearer\b/i.test(plain)) return { scheme: "bearer", header: "authorization" };
  if (header !== undefined) return { scheme: "apiKey", header: header.toLowerCase() };
  if (/\bAPI[- ]?key\b/i.test(plain))
    return { scheme: "apiKey", header: draft.auth?.scheme === "apiKey" ? draft.auth.header : "x-api-key" };
  if (/\btokens?\b/i.test(plain) && /\bauth|\brequire|\bprotect|\bheader|\bpresent|\bcarry|\bsend/i.test(plain))
    return { scheme: "bearer", header: "authorization" };
  return undefined;
}

function readDetails(statement: Statement, draft: ServiceDraft): string[] {
  const { auth } = draft;
  if (auth === null) return [];
  const variable = environmentName(statement);
  if (variable !== undefined) auth.environment = variable;
  const { plain, raw } = statement;
  if (
    !codeWords(raw).some((word) => /^(?:[A-Z]+ )?\/(?!health|openapi)/.test(word)) &&
    /\b(?:GETs?|reads?|reading|read[- ]only (?:requests|endpoints|access))\b[^.]*\b(?:public|open|without|no (?:token|key|auth\w*)|anonymous|unauthenticated)\b|\b(?:only|all) (?:writes?|writing|changes|modifications|mutating|modifying)\b[^.]*\b(?:token|key|auth\w*|credential)/i.test(
      plain,
    )
  ) {
    auth.publicReads = true;
  }
  const exception =
    /\b(?:except|apart from|other than|exempt|public|open|without (?:a |any )?(?:token|key|auth\w*|credentials?)|unauthenticated|no (?:token|key|auth))\b/i;
  if (exception.test(plain) && !/\b401\b/.test(plain)) {
    draft.publicPaths.push(...codeWords(raw).flatMap((word) => /^(?:[A-Z]+ )?(\/\S*)$/.exec(word)?.[0] ?? []));
  }
  return ["feature:auth"];
}

function environmentName({ raw, cells }: Statement): string | undefined {
  const words = [...codeWords(raw), ...cells.map((cell) => cell.replaceAll(/[`*]/g, ""))];
  return words.find((word) => /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(word) && /TOKEN|KEY|SECRET|AUTH/.test(word));
}

function environmentOnly(statement: Statement, draft: ServiceDraft): string[] | undefined {
  const variable = environmentName(statement);
  if (variable === undefined || draft.auth === null) return undefined;
  draft.auth.environment = variable;
  return ["feature:auth"];
}
