import type { ModelRequest } from "@ccb/core";
import type { z } from "zod";

export type ReadAnswer<T> = { good: true; value: T } | { good: false; problems: string[] };

const maxProblems = 20;

/** Reads an answer's text as the request wants it: JSON that schema and check accept, or text that the check accepts. */
export function readAnswer<T>(text: string, request: Pick<ModelRequest<T>, "schema" | "check">): ReadAnswer<T> {
  if (text.trim() === "") return { good: false, problems: ["The answer is empty."] };
  if (!request.schema) return judge(text as unknown as T, request.check);
  const json = parseJson(text);
  if (!json.good) return json;
  const parsed = request.schema.safeParse(json.value);
  if (parsed.success) return judge(parsed.data, request.check);
  return { good: false, problems: cap(listIssues(parsed.error.issues, json.value)) };
}

function judge<T>(value: T, check: ((value: T) => string[]) | undefined): ReadAnswer<T> {
  const problems = check?.(value) ?? [];
  return problems.length === 0 ? { good: true, value } : { good: false, problems: cap(problems) };
}

function parseJson(text: string): ReadAnswer<unknown> {
  const trimmed = text.trim();
  const fenced = /^```(?:json)?\s*\n([\s\S]*?)\n?```$/.exec(trimmed)?.[1];
  const from = trimmed.search(/[[{]/);
  const to = Math.max(trimmed.lastIndexOf("}"), trimmed.lastIndexOf("]"));
  const candidates = [trimmed, fenced, from > 0 && to > from ? trimmed.slice(from, to + 1) : undefined];
  let failure = "";
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    try {
      return { good: true, value: JSON.parse(candidate) as unknown };
    } catch (error) {
      failure ||= describeSyntaxError(candidate, error);
    }
  }
  return { good: false, problems: [failure] };
}

function describeSyntaxError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
  const excerpt = text.slice(Math.max(0, position - 60), position + 60);
  return `The answer is not JSON: ${message}. Near: ${JSON.stringify(excerpt)}`;
}

function listIssues(issues: readonly z.core.$ZodIssue[], value: unknown, prefix: PropertyKey[] = []): string[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === "invalid_union") {
      const nearest = [...issue.errors].sort((left, right) => left.length - right.length)[0];
      if (nearest && nearest.length > 0) return listIssues(nearest, value, path);
    }
    const where = path.length === 0 ? "(the whole answer)" : path.map(String).join(".");
    return [`${where}: ${issue.message}. Received: ${excerptAt(value, path)}`];
  });
}

function excerptAt(value: unknown, path: PropertyKey[]): string {
  let found = value;
  for (const step of path) {
    found = typeof found === "object" && found !== null ? (found as Record<PropertyKey, unknown>)[step] : undefined;
  }
  const text = found === undefined ? "nothing" : JSON.stringify(found);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

function cap(problems: string[]): string[] {
  if (problems.length <= maxProblems) return problems;
  return [...problems.slice(0, maxProblems), `… and ${problems.length - maxProblems} more problems.`];
}
