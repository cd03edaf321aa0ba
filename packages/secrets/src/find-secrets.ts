import { createHash } from "node:crypto";
import { type Allowance, loadRules, type SecretRule } from "./_rules.ts";
import { listWindows } from "./_windows.ts";
import type { NamedText, SecretFinding } from "./secret-finding.ts";

/**
 * Finds keys, tokens and passwords in texts: gitleaks' rules (MIT licence) as JavaScript expressions, tried in short windows around their keywords, and
 * passwords in connection strings. A secret is reported once for a place, by the most telling rule. Pure; the findings do not hold the secrets.
 */
export function findSecrets(files: Iterable<NamedText>): SecretFinding[] {
  return [...files].flatMap(findInText);
}

interface Match {
  rule: SecretRule;
  start: number;
  end: number;
}

function findInText({ path, text, firstLine = 1 }: NamedText): SecretFinding[] {
  const { rules, allow } = loadRules();
  if (text.includes("\0") || allow.paths.some((form) => form.test(path))) return [];
  const lower = text.toLowerCase();
  const matches: Match[] = [];
  for (const rule of rules) {
    if (rule.path !== undefined && !rule.path.test(path)) continue;
    if (rule.form === undefined) matches.push({ rule, start: 0, end: 0 });
    else if (rule.keywords.length === 0 || rule.keywords.some((keyword) => lower.includes(keyword))) {
      matches.push(...findByRule({ rule, form: rule.form, text, lower, path, allow }));
    }
  }
  const lines = lineStarts(text);
  return keepMostTelling(matches).map(({ rule, start, end }) => {
    const secret = text.slice(start, end);
    const line = findLine(lines, start);
    return {
      rule: rule.id,
      description: rule.description,
      path,
      line: line + firstLine,
      column: start - (lines[line] ?? 0) + 1,
      masked: end === 0 ? "the file itself" : `${secret.slice(0, 4)}… (${secret.length} characters)`,
      fingerprint: createHash("sha256").update(secret).digest("hex").slice(0, 16),
    };
  });
}

interface RuleSearch {
  rule: SecretRule;
  form: RegExp;
  text: string;
  lower: string;
  path: string;
  allow: Allowance;
}

function findByRule({ rule, form, text, lower, path, allow }: RuleSearch): Match[] {
  const found: Match[] = [];
  for (const { from, to } of listWindows(lower, rule)) {
    const window = text.slice(from, to);
    for (const match of window.matchAll(form)) {
      const [start, end] = secretSpan(match, rule.group);
      const secret = window.slice(start, end);
      if (found.some((other) => other.start === from + start)) continue;
      if (rule.needsDigit && !/\d/.test(secret)) continue;
      if (rule.entropy !== undefined && measureEntropy(secret) <= rule.entropy) continue;
      const line = (): string => lineAround(text, from + match.index, from + match.index + match[0].length);
      const texts = { secret, match: match[0], line };
      if ([...rule.allow, allow].some((allowance) => isAllowed(allowance, texts, path))) continue;
      found.push({ rule, start: from + start, end: from + end });
    }
  }
  return found;
}

/** The group that the rule names, else the first that took part, else the whole match. */
function secretSpan(match: RegExpExecArray | RegExpMatchArray, group: number | undefined): [number, number] {
  const spans = match.indices ?? [];
  const chosen = group === undefined ? spans.slice(1).find((span) => span !== undefined) : spans[group];
  return chosen ?? spans[0] ?? [match.index ?? 0, (match.index ?? 0) + match[0].length];
}

function isAllowed(
  allowance: Allowance,
  { secret, match, line }: { secret: string; match: string; line: () => string },
  path: string,
): boolean {
  const target = allowance.target === "secret" ? secret : allowance.target === "match" ? match : line();
  const lower = secret.toLowerCase();
  const verdicts: boolean[] = [];
  if (allowance.forms.length > 0) verdicts.push(allowance.forms.some((form) => form.test(target)));
  if (allowance.paths.length > 0) verdicts.push(allowance.paths.some((form) => form.test(path)));
  if (allowance.stopwords.length > 0) verdicts.push(allowance.stopwords.some((word) => lower.includes(word)));
  if (verdicts.length === 0) return false;
  return allowance.all ? verdicts.every(Boolean) : verdicts.some(Boolean);
}

/** One finding for overlapping matches: that of the rule which is not the generic one, then the longest. */
function keepMostTelling(matches: Match[]): Match[] {
  const kept: Match[] = [];
  const ranked = matches.toSorted(
    (one, other) =>
      Number(one.rule.needsDigit) - Number(other.rule.needsDigit) || other.end - other.start - (one.end - one.start),
  );
  for (const match of ranked) {
    if (!kept.some(({ start, end }) => match.start < end && start < match.end)) kept.push(match);
  }
  return kept.toSorted((one, other) => one.start - other.start);
}

/** Shannon's entropy, in bits a character. */
export function measureEntropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const total = [...text].length;
  let bits = 0;
  for (const count of counts.values()) bits -= (count / total) * Math.log2(count / total);
  return bits;
}

function lineAround(text: string, start: number, end: number): string {
  const from = text.lastIndexOf("\n", start) + 1;
  const to = text.indexOf("\n", end);
  return text.slice(Math.max(from, start - 2_000), Math.min(to < 0 ? text.length : to, end + 2_000));
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function findLine(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
