/**
 * Where a credential may begin: at a word's edge, or right after a JSON escape (`\nsk-…`), a URL escape (`%3Dsk-…`) or a terminal
 * colour (`[32msk-…`), whose last character would otherwise count as a letter of the word.
 */
const edge = String.raw`(?:\b|(?<=\\[bfnrt]|%[0-9A-Fa-f]{2}|\[[0-9;]{0,12}m))`;

/**
 * Credentials by their form: Anthropic, OpenAI and compatible ("sk-…"), GitHub, GitLab, AWS, Google, Slack, Stripe, npm, JSON Web Tokens, private keys, and
 * passwords in URLs. Every expression is linear: no nested repetition, bounded look-ahead.
 */
const secretForms: readonly RegExp[] = [
  ...[
    "sk-[A-Za-z0-9_-]{16,250}",
    "gh[pousr]_[A-Za-z0-9]{30,250}",
    "github_pat_[A-Za-z0-9_]{22,250}",
    "glpat-[A-Za-z0-9_-]{20,100}",
    String.raw`(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
    "AIza[A-Za-z0-9_-]{35}",
    "xox[abprs]-[A-Za-z0-9-]{10,250}",
    "[rs]k_(?:live|test)_[A-Za-z0-9]{16,250}",
    String.raw`npm_[A-Za-z0-9]{36}\b`,
    String.raw`eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}`,
  ].map((form) => new RegExp(edge + form, "g")),
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{1,8000}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
  /(?<=:\/\/[^\s:/@"']{1,100}:)[^\s:/@"']{3,200}(?=@)/g,
];

/** Part of every form: a text without any of them, as most are, needs one look instead of twelve. */
const hint = /sk-|_[A-Za-z0-9]{16}|glpat-|A[KS]IA|AIza|xox|eyJ|-----BEGIN|:\/\//;

/** What stands where a secret stood. */
const redactedMark = "[REDACTED]";

/**
 * The text with every known secret and everything that has the form of one replaced by `[REDACTED]`.
 *
 * `known` are exact values (the keys in use); they are found in plain, JSON-escaped and URL-encoded form. Values shorter than 6 characters are
 * left alone, since they would blank ordinary words.
 */
export function redactSecrets(text: string, known: readonly string[] = []): string {
  let result = text;
  for (const secret of known) {
    if (secret.length < 6) continue;
    for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])) {
      result = result.replaceAll(form, redactedMark);
    }
  }
  if (!hint.test(result)) return result;
  for (const form of secretForms) result = result.replace(form, redactedMark);
  return result;
}
