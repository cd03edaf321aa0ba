import { headingText, plainText } from "../parse/_plain-text.ts";
import { type Block, parseBlocks } from "../parse/parse-blocks.ts";
import type { Candidate } from "./_candidate.ts";
import { HeadingTrail } from "./_heading-trail.ts";
import { isRequirement } from "./_judge-candidate.ts";
import { type Label, parseLabel } from "./_labels.ts";
import { scenariosOfFence } from "./_scenarios.ts";
import { splitSentences } from "./_split-sentences.ts";
import { findSubjects, isGiven, METADATA, modalOf, PREFACE, SCENARIO, STORY } from "./_statement.ts";
import { tableCandidates } from "./_table-candidates.ts";

/** Everything in a document that states a requirement, in order. */
export function collectCandidates(text: string): Candidate[] {
  const blocks = parseBlocks(text);
  const collector = new Collector(text, hasTitle(blocks));
  for (const block of blocks) collector.block(block, 0);
  collector.closeHeading();
  return collector.candidates;
}

/** Whether one heading stands above all others. */
function hasTitle(blocks: Block[]): boolean {
  let first = 0;
  for (const block of blocks) {
    if (block.kind !== "heading") continue;
    const level = block.level ?? 1;
    if (first === 0) first = level;
    else if (level <= first) return false;
  }
  return first > 0;
}

interface Stretch {
  start: number;
  end: number;
  startLine: number;
}

interface Statement extends Stretch {
  source: Candidate["source"];
  /** Where the words begin, when marks stand before them. */
  wordsStart?: number;
  alone?: boolean;
  afterObligation?: boolean;
}

const FIELD_ITEM = /^[*_]*`?[A-Za-z_][\w.]*(?:\[\])?`?[*_]*(?:\s*\([^()]{1,60}\))?\s*(?::|—|–| - )/;
const ENDPOINT_ITEM = /^[*_`]*(?:GET|POST|PUT|PATCH|DELETE|HEAD)\b[\s`]+\/\S*/;

class Collector {
  readonly candidates: Candidate[] = [];
  private readonly text: string;
  private readonly trail: HeadingTrail;
  private readonly subjects: ReadonlySet<string>;
  private lead = "";

  constructor(text: string, titled: boolean) {
    this.text = text;
    this.trail = new HeadingTrail(titled);
    this.subjects = findSubjects(text);
  }

  block(block: Block, depth: number): void {
    switch (block.kind) {
      case "heading":
        if (depth === 0) this.heading(block);
        return;
      case "paragraph":
        this.paragraph(block);
        return;
      case "quote":
        this.quote(block);
        return;
      case "table":
        for (const candidate of tableCandidates(this.text, block.span, {
          headingPath: this.trail.titles(),
          mode: this.trail.mode(),
        })) {
          this.accept(candidate);
        }
        return;
      case "list":
        this.list(block.children ?? [], depth);
        return;
      case "fence":
        for (const scenario of scenariosOfFence(this.text, block.span))
          this.accept({ ...scenario, headingPath: this.trail.titles() });
    }
  }

  /** A labelled heading under which nothing was found is a requirement itself. */
  closeHeading(): void {
    const { pending } = this.trail;
    this.trail.pending = undefined;
    if (!pending || pending.used || this.trail.mode() === "closed") return;
    const { title, label, span, endpoint } = pending;
    const candidate: Candidate = {
      text: title,
      ...spanOf(span),
      headingPath: this.trail.titles(),
      source: endpoint ? "endpoint" : "heading",
    };
    if (label) candidate.label = label.name;
    this.candidates.push(candidate);
  }

  private heading(block: Block): void {
    this.closeHeading();
    const title = headingText(this.text.slice(block.span.start, block.span.end));
    this.trail.enter(title, block.level ?? 1, block.span);
    this.lead = "";
  }

  private paragraph(block: Block): void {
    const { start, end } = block.span;
    const source = this.text.slice(start, end);
    if (/^[=+]/.test(source) && /^[=+][-=+\s]+$/m.test(source.split("\n", 1)[0] ?? "")) return;
    const bold = /^(?:\*\*|__)([^*_\n]{2,80})(?:\*\*|__)\s*:?\s*$/.exec(source);
    if (bold?.[1] !== undefined && !SCENARIO.test(bold[1])) {
      this.trail.enterBold(bold[1].replace(/:$/, ""));
      this.lead = bold[1];
      return;
    }
    const rows = labelledLines(source);
    if (rows.length === 0) this.prose(block.span);
    let from = 0;
    for (const row of rows) {
      if (row > from) this.prose(partOf(block.span, source, { from, to: row }));
      from = row;
    }
    if (rows.length > 0) this.prose(partOf(block.span, source, { from, to: source.length }));
  }

  private prose(range: Stretch): void {
    const { start, end, startLine } = range;
    const source = this.text.slice(start, end);
    this.lead = /:\s*$/.test(source) && source.length < 400 ? plainText(source) : "";
    const words = plainText(source);
    if (this.priorityOf(words)) return;
    if (STORY.test(words) || SCENARIO.test(words) || isGiven(words)) {
      this.statement({ start, end, startLine, source: SCENARIO.test(words) ? "scenario" : "sentence", alone: true });
      return;
    }
    const pending = this.trail.pending;
    const label = parseLabel(source);
    if ((label && /[A-Za-z]/.test(label.name)) || (pending?.label && !pending.used && modalOf(words) !== undefined)) {
      this.statement({ start, end, startLine, source: "sentence", alone: true });
      return;
    }
    this.sentences(range);
  }

  private sentences(range: Stretch): void {
    const parts = splitSentences(this.text, range.start, range.end);
    let obliged = false;
    for (const part of parts) {
      const startLine = range.startLine + countBreaks(this.text, range.start, part.start);
      obliged = this.statement({
        ...part,
        startLine,
        source: "sentence",
        alone: parts.length === 1,
        afterObligation: obliged,
      });
    }
  }

  private quote(block: Block): void {
    const source = this.text.slice(block.span.start, block.span.end);
    if (/\[!(?:note|tip|example|warning|caution)\]|^>\s*\**(?:note|rationale|example)/i.test(source)) return;
    this.sentences(block.span);
  }

  private list(items: Block[], depth: number): void {
    const { lead } = this;
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (!item) continue;
      const steps = countSteps(this.text, items, index);
      this.lead = lead;
      if (steps > 1) {
        const last = items[index + steps - 1] ?? item;
        this.statement({
          start: item.span.start,
          end: last.span.end,
          startLine: item.span.startLine,
          source: "scenario",
          wordsStart: item.contentStart ?? item.span.start,
        });
        index += steps - 1;
      } else this.item(item, depth);
    }
    this.lead = "";
  }

  private item(item: Block, depth: number): void {
    const [first, ...rest] = item.children ?? [];
    if (!first) return;
    const { lead } = this;
    if (first.kind === "paragraph") {
      const source = this.text.slice(first.span.start, first.span.end);
      const box = /^\[[ xX]\]\s+/.exec(source)?.[0].length ?? 0;
      const wordsStart = first.span.start + box;
      const { startLine } = first.span;
      const words = plainText(source);
      const heads = rest.length > 0 && (/:\s*$/.test(words) || /^(?:\*\*|__)[^*_]+(?:\*\*|__):?$/.test(source.trim()));
      const kind = box > 0 ? "checkbox" : this.itemSource(source);
      if (!heads && (kind === "field" || !this.priorityOf(words))) {
        this.statement({
          start: wordsStart,
          end: first.span.end,
          startLine,
          source: kind,
          wordsStart,
        });
      }
      this.lead = heads ? words : lead;
    } else this.block(first, depth + 1);
    for (const child of rest) {
      const before = this.lead;
      this.block(child, depth + 1);
      this.lead = before;
    }
    this.lead = lead;
  }

  private itemSource(source: string): Candidate["source"] {
    if (ENDPOINT_ITEM.test(source)) return "endpoint";
    return FIELD_ITEM.test(source) && this.trail.isModel() ? "field" : "item";
  }

  /** Takes "Priority: high" as said of the requirement before it. */
  private priorityOf(words: string): boolean {
    const stated = /^priority\s*:\s*(.+)$/i.exec(words.split(/\bestimate\b/i, 1)[0] ?? "")?.[1];
    if (stated !== undefined) {
      const last = this.candidates.at(-1);
      if (last && last.headingPath.join("\n") === this.trail.titles().join("\n")) last.priority ??= stated;
      return true;
    }
    return METADATA.test(words) && !SCENARIO.test(words);
  }

  /** Judges one statement; true when it is a requirement. */
  private statement(part: Statement): boolean {
    const from = part.wordsStart ?? part.start;
    const raw = this.text.slice(from, part.end).replace(/^[ \t]*>[ \t]?/gm, "");
    let label: Label | undefined = part.source === "scenario" ? undefined : parseLabel(raw);
    const pending = this.trail.pending;
    let words = plainText(label ? raw.slice(label.length) : raw).replace(PREFACE, "");
    if (words === "") return false;
    const candidate: Candidate = {
      text: words,
      ...spanOf(part),
      endLine: part.startLine + countBreaks(this.text, part.start, part.end),
      headingPath: this.trail.titles(),
      source: part.source,
    };
    if (!label && pending?.label && !pending.used) {
      label = pending.label;
      words = candidate.text;
    }
    if (label) candidate.label = label.name;
    if (this.lead !== "") candidate.lead = this.lead;
    if (this.trail.isEndpoint()) candidate.underEndpoint = true;
    if (part.alone) candidate.alone = true;
    if (part.afterObligation) candidate.afterObligation = true;
    return this.accept(candidate);
  }

  private accept(candidate: Candidate): boolean {
    if (!isRequirement(candidate, this.trail.mode(), this.subjects)) return false;
    this.candidates.push(candidate);
    if (this.trail.pending) this.trail.pending.used = true;
    return true;
  }
}

/** Where lines of a paragraph begin with a label of their own; none when at most its first does. */
function labelledLines(source: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at !== -1 && at < source.length; ) {
    const newline = source.indexOf("\n", at);
    const line = source.slice(at, newline === -1 ? source.length : newline).trimStart();
    const label = /^[[(*_`]*[A-Z]/.test(line) ? parseLabel(line) : undefined;
    if (label && label.length < line.length) starts.push(at);
    at = newline === -1 ? -1 : newline + 1;
  }
  return starts.length > 1 || (starts[0] ?? 0) > 0 ? starts : [];
}

/** A part of a paragraph without the blanks around it. */
function partOf(span: Stretch, source: string, cut: { from: number; to: number }): Stretch {
  const part = source.slice(cut.from, cut.to);
  const lead = part.length - part.trimStart().length;
  const start = span.start + cut.from + lead;
  const startLine = span.startLine + countBreaks(source, 0, cut.from + lead);
  return { start, end: span.start + cut.from + part.trimEnd().length, startLine };
}

function spanOf(part: { start: number; end: number; startLine: number; endLine?: number }): {
  start: number;
  end: number;
  startLine: number;
  endLine: number;
} {
  return { start: part.start, end: part.end, startLine: part.startLine, endLine: part.endLine ?? part.startLine };
}

/** How many items from here are the steps of one scenario: Given, When, Then each on a line of its own. */
function countSteps(text: string, items: Block[], from: number): number {
  const step = (index: number): string => {
    const item = items[index];
    return item
      ? (/^[*_]*(given|when|then|and|but)\b/i
          .exec(text.slice(item.contentStart ?? item.span.start, item.span.end))?.[1]
          ?.toLowerCase() ?? "")
      : "";
  };
  if (step(from) !== "given" || step(from + 1) === "" || step(from + 1) === "given") return 1;
  let count = 1;
  while (step(from + count) !== "" && step(from + count) !== "given") count++;
  return count;
}

function countBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
