/**
 * Makes src/_gitleaks-rules.json from gitleaks' configuration (MIT licence), with its RE2 expressions written for JavaScript.
 *
 *   node --conditions=ccb-source packages/secrets/scripts/import-gitleaks.ts path/to/gitleaks.toml
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "smol-toml";

interface TomlAllow {
  condition?: string;
  regexTarget?: string;
  regexes?: string[];
  stopwords?: string[];
  paths?: string[];
}
interface TomlRule {
  id: string;
  description: string;
  regex?: string;
  path?: string;
  entropy?: number;
  secretGroup?: number;
  keywords?: string[];
  allowlists?: TomlAllow[];
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("Give the path of gitleaks.toml.");
const source = parse(readFileSync(path, "utf8")) as unknown as { allowlist: TomlAllow; rules: TomlRule[] };

/** RE2 to JavaScript: classes that begin with "]", POSIX classes, \z, and flags in the middle of a group. */
function toJavaScript(form: string): string {
  let text = form
    .replaceAll("[[:alnum:]]", "[a-zA-Z0-9]")
    .replace(/\(\?P<\w+>/g, "(?:")
    .replaceAll("\\z", "$")
    .replaceAll("[^]", "[^\\]")
    .replaceAll("(?i)(?i)", "(?i)");
  for (let at = text.indexOf("(?i)"); at >= 0; at = text.indexOf("(?i)")) {
    const end = endOfGroup(text, at + 4);
    text = `${text.slice(0, at)}(?i:${text.slice(at + 4, end)})${text.slice(end)}`;
  }
  new RegExp(text);
  return text;
}

/** Where the group that holds `from` ends: its ")" or the end of the expression. */
function endOfGroup(text: string, from: number): number {
  let depth = 0;
  let inClass = false;
  for (let index = from; index < text.length; index += 1) {
    const character = text[index];
    if (character === "\\") index += 1;
    else if (inClass) inClass = character !== "]";
    else if (character === "[") inClass = true;
    else if (character === "(") depth += 1;
    else if (character === ")" && depth-- === 0) return index;
  }
  return text.length;
}

function toAllow(allow: TomlAllow) {
  return {
    ...(allow.condition === "AND" ? { all: true } : {}),
    ...(allow.regexTarget === undefined ? {} : { target: allow.regexTarget }),
    ...(allow.regexes === undefined ? {} : { forms: allow.regexes.map(toJavaScript) }),
    ...(allow.paths === undefined ? {} : { paths: allow.paths.map(toJavaScript) }),
    ...(allow.stopwords === undefined ? {} : { stopwords: allow.stopwords }),
  };
}

const rules = source.rules.map((rule) => ({
  id: rule.id,
  description: rule.description,
  ...(rule.regex === undefined ? {} : { form: toJavaScript(rule.regex) }),
  ...(rule.path === undefined ? {} : { path: toJavaScript(rule.path) }),
  ...(rule.entropy === undefined ? {} : { entropy: rule.entropy }),
  ...(rule.secretGroup === undefined ? {} : { group: rule.secretGroup }),
  keywords: rule.keywords ?? [],
  allow: (rule.allowlists ?? []).map(toAllow),
}));
const target = new URL("../src/_gitleaks-rules.json", import.meta.url);
writeFileSync(target, `${JSON.stringify({ allow: toAllow(source.allowlist), rules })}\n`);
console.log(`${rules.length} rules written.`);
