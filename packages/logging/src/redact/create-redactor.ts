import { redactSecrets } from "@ccb/core";

const mark = "[REDACTED]";

/** Shorter values would blank ordinary words. */
const shortestSecret = 6;
const shortestLine = 12;

/**
 * A function that blanks secrets in a text: the exact `secrets` in every form a log may hold them in (plain, JSON-escaped up to three times,
 * URL-encoded, base64), and whatever has the form of a key. `secrets` is asked at every use, so that keys may be read late or change.
 */
export function createRedactor(options: { secrets?: () => readonly string[] } = {}): (text: string) => string {
  let known: readonly string[] = [];
  let forms: string[] = [];
  return (text) => {
    const secrets = options.secrets?.() ?? [];
    if (secrets.length !== known.length || secrets.some((secret, i) => secret !== known[i])) {
      known = [...secrets];
      forms = listForms(known);
    }
    let result = text;
    for (const form of forms) result = result.replaceAll(form, mark);
    return redactSecrets(result);
  };
}

/** JSON in a string in JSON, as in a tool's answer that shows a log; deeper nesting only matters to secrets with quotes or backslashes. */
const jsonLevels = 3;

/** Longest first, so that no form is broken up by a shorter one inside it. */
function listForms(secrets: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const secret of secrets.flatMap(withItsLines)) {
    if (secret.length < shortestSecret) continue;
    const url = encodeURIComponent(secret);
    const strictUrl = url.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
    for (const form of [secret, url, strictUrl]) forms.add(form);
    for (const start of [escapeJson(secret), escapeAscii(escapeJson(secret))]) {
      for (let level = 1, form = start; level <= jsonLevels; level++, form = escapeJson(form)) forms.add(form);
    }
    for (const form of [url.replaceAll("%20", "+"), lowerEscapes(url), ...encodeBase64(secret)]) forms.add(form);
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

/** A secret of several lines is also blanked line by line: logs and streams are. Short lines would blank ordinary text. */
function withItsLines(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  return lines.length === 1 ? [secret] : [secret, ...lines.filter((line) => line.length >= shortestLine)];
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As serialisers write it that keep to ASCII. */
function escapeAscii(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function lowerEscapes(url: string): string {
  return url.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
}

function encodeBase64(secret: string): string[] {
  const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
  return [base64, base64.replaceAll("+", "-").replaceAll("/", "_")];
}
