import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Requirement, RequirementKind } from "@ccb/core";

/** A stretch of a document a person marked as one requirement. */
export interface LabelledSpan {
  start: number;
  end: number;
  kind: RequirementKind;
}

export interface LabelledDocument {
  name: string;
  text: string;
  spans: LabelledSpan[];
}

const KINDS: Record<string, RequirementKind> = {
  f: "functional",
  p: "performance",
  s: "security",
  i: "integration",
  c: "constraint",
};

/** Reads marked documents of a folder: `⟦f|text⟧` marks one functional requirement (p, s, i, c: the other kinds). */
export function readLabelledDocuments(folder: string): LabelledDocument[] {
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, ...parseMarks(readFileSync(join(folder, name), "utf8")) }));
}

function parseMarks(marked: string): { text: string; spans: LabelledSpan[] } {
  const spans: LabelledSpan[] = [];
  let text = "";
  let from = 0;
  for (const match of marked.matchAll(/⟦([fpsic])\||⟧/g)) {
    text += marked.slice(from, match.index);
    from = match.index + match[0].length;
    const open = spans.at(-1);
    if (match[1] !== undefined) spans.push({ start: text.length, end: -1, kind: KINDS[match[1]] ?? "functional" });
    else if (open) open.end = text.length;
  }
  return { text: text + marked.slice(from), spans };
}

export interface Score {
  labelled: number;
  found: number;
  right: number;
  recall: number;
  precision: number;
  /** Share of the right ones whose kind is right too. */
  kinds: number;
  missed: string[];
  wrong: string[];
}

/** Compares found requirements with the labels: right is a pair whose overlap is at least half of both together. */
export function scoreRequirements(document: LabelledDocument, found: readonly Requirement[]): Score {
  const taken = new Set<LabelledSpan>();
  const wrong: string[] = [];
  let kinds = 0;
  for (const requirement of found) {
    const match = document.spans.find((span) => !taken.has(span) && isAlike(span, requirement.span));
    if (!match) {
      wrong.push(requirement.text);
      continue;
    }
    taken.add(match);
    if (match.kind === requirement.kind) kinds++;
  }
  const missed = document.spans
    .filter((span) => !taken.has(span))
    .map((span) => document.text.slice(span.start, span.end));
  const right = taken.size;
  return {
    labelled: document.spans.length,
    found: found.length,
    right,
    recall: right / Math.max(1, document.spans.length),
    precision: right / Math.max(1, found.length),
    kinds: kinds / Math.max(1, right),
    missed,
    wrong,
  };
}

function isAlike(a: { start: number; end: number }, b: { start: number; end: number }): boolean {
  const common = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return common > 0 && common * 2 >= Math.max(a.end, b.end) - Math.min(a.start, b.start);
}

/** Adds up scores. */
export function sumScores(scores: readonly Score[]): Score {
  const sum = (pick: (score: Score) => number): number => scores.reduce((total, score) => total + pick(score), 0);
  const labelled = sum((score) => score.labelled);
  const found = sum((score) => score.found);
  const right = sum((score) => score.right);
  return {
    labelled,
    found,
    right,
    recall: right / Math.max(1, labelled),
    precision: right / Math.max(1, found),
    kinds: sum((score) => score.kinds * score.right) / Math.max(1, right),
    missed: scores.flatMap((score) => score.missed),
    wrong: scores.flatMap((score) => score.wrong),
  };
}
