import source from "./_gitleaks-rules.json" with { type: "json" };

/** What makes a match no finding. */
export interface Allowance {
  /** Every list that is given must agree; otherwise one is enough. */
  all: boolean;
  target: "secret" | "match" | "line";
  forms: RegExp[];
  paths: RegExp[];
  stopwords: string[];
}

export interface SecretRule {
  id: string;
  description: string;
  /** With the flags "dg"; undefined where a file's path alone is the finding. */
  form: RegExp | undefined;
  path: RegExp | undefined;
  group: number | undefined;
  /** Bits a character that the secret must have more than. */
  entropy: number | undefined;
  /** In lower case; the expression is tried only around one of them. */
  keywords: string[];
  /** Characters looked at after a keyword. */
  reach: number;
  needsDigit: boolean;
  allow: Allowance[];
}

interface SourceAllowance {
  all?: boolean;
  target?: string;
  forms?: string[];
  paths?: string[];
  stopwords?: string[];
}

interface SourceRule {
  id: string;
  description: string;
  form?: string;
  path?: string;
  group?: number;
  entropy?: number;
  keywords: string[];
  allow: SourceAllowance[];
}

/** Passwords that stand in every tutorial: nobody's secret. */
const placeholders =
  /^(?:pass(?:word|wd)?|secret|postgres|mysql|root|admin|user(?:name)?|guest|test(?:ing)?|example|change[-_]?(?:me|it)|your[-_].*|.*(?:placeholder|example|dummy|redacted).*|x+|\*+|\.+|<.*|\$.*|%.*|\{.*|\[.*)$/i;

/** What gitleaks has no rule for and generated services often hold: a password in the address of a database or queue. */
const connectionString: SecretRule = {
  id: "connection-string-password",
  description: "A password in the address of a database, cache or queue.",
  form: /\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?):\/\/[\w.%+-]{0,64}:([^\s'"`@/]{4,128})@(?!(?:localhost|127\.0\.0\.1|\[::1\]|db|database|postgres|mysql|mongo|redis|rabbitmq|host|(?:[\w-]+\.)*example\.(?:com|org|net))(?![\w.-]))[\w.-]{1,200}/dg,
  path: undefined,
  group: 1,
  entropy: 2,
  keywords: ["postgres", "mysql:", "mariadb:", "mongodb", "redis", "amqp"],
  reach: 512,
  needsDigit: false,
  allow: [{ all: false, target: "secret", forms: [placeholders], paths: [], stopwords: [] }],
};

const usualReach = 768;

/** Rules whose secrets are longer than the usual window. */
function reachOf({ id, form = "" }: SourceRule): number {
  if (id === "private-key") return 16_384;
  if (/jwt|jwe/.test(id) || /\{\d{3,},\}/.test(form)) return 4_096;
  return /^(?:curl|kubernetes)/.test(id) ? 2_048 : usualReach;
}

function readAllowance(allow: SourceAllowance): Allowance {
  return {
    all: allow.all === true,
    target: allow.target === "match" || allow.target === "line" ? allow.target : "secret",
    forms: (allow.forms ?? []).map((form) => new RegExp(form)),
    paths: (allow.paths ?? []).map((form) => new RegExp(form)),
    stopwords: allow.stopwords ?? [],
  };
}

function readRule(rule: SourceRule): SecretRule {
  return {
    id: rule.id,
    description: rule.description,
    form: rule.form === undefined ? undefined : new RegExp(rule.form, "dg"),
    path: rule.path === undefined ? undefined : new RegExp(rule.path),
    group: rule.group,
    entropy: rule.entropy,
    keywords: rule.keywords,
    reach: reachOf(rule),
    needsDigit: rule.id.startsWith("generic"),
    allow: rule.allow.map(readAllowance),
  };
}

let loaded: { rules: SecretRule[]; allow: Allowance } | undefined;

/** The rules, compiled on first use. */
export function loadRules(): { rules: SecretRule[]; allow: Allowance } {
  loaded ??= {
    rules: [...(source.rules as SourceRule[]).map(readRule), connectionString],
    allow: readAllowance(source.allow as SourceAllowance),
  };
  return loaded;
}
