import { headingText, plainText } from "../parse/_plain-text.ts";
import { type Block, parseBlocks } from "../parse/parse-blocks.ts";
import type { Candidate } from "./_candidate.ts";
import { splitSentences } from "./_split-sentences.ts";
import { tableCandidates } from "./_table-candidates.ts";

/** The label a statement begins with: "FR-12", "REQ_3.1", "[SEC-4]", "NFR 7:". */
export const LABEL =
  /^[[(*_`]*([A-Z][A-Z0-9]{0,11}(?:[-_][A-Z0-9]{1,10})*[-_. ]?\d+(?:\.\d+)*[a-z]?)[\])*_`]*\s*(?:[:.)–—|-]+\s*|\s+(?=\S))/;

/** Everything in a document that may be a requirement, in order. */
export function collectCandidates(text: string): Candidate[] {
  const collector = new Collector(text);
  for (const block of parseBlocks(text)) collector.block(block, 0);
  return collector.candidates;
}

class Collector {
  readonly candidates: Candidate[] = [];
  private readonly text: string;
  private readonly path: { level: number; title: string }[] = [];
  private lead = "";

  constructor(text: string) {
    this.text = text;
  }

  block(block: Block, depth: number): void {
    const { start, end } = block.span;
    if (block.kind === "heading" && depth === 0) {
      const level = block.level ?? 1;
      while (this.path.length > 0 && (this.path.at(-1)?.level ?? 0) >= level) this.path.pop();
      this.path.push({ level, title: headingText(this.text.slice(start, end)) });
      this.lead = "";
    } else if (block.kind === "paragraph") this.paragraph(block);
    else if (block.kind === "table") {
      this.candidates.push(...tableCandidates(this.text, block.span, this.headings()));
    } else if (block.kind === "list") for (const item of block.children ?? []) this.item(item, depth);
    else if (block.kind === "quote") this.sentences(block, "sentence");
  }

  private headings(): string[] {
    return this.path.map((entry) => entry.title);
  }

  private paragraph(block: Block): void {
    const words = plainText(this.text.slice(block.span.start, block.span.end));
    this.lead = /:\s*$/.test(words) ? words : "";
    this.sentences(block, "sentence");
  }

  private item(item: Block, depth: number): void {
    const [first, ...rest] = item.children ?? [];
    if (!first) return;
    if (first.kind === "paragraph") this.statement(first, item);
    else this.block(first, depth + 1);
    const lead = this.lead;
    for (const child of rest) this.block(child, depth + 1);
    this.lead = lead;
  }

  private statement(block: Block, item: Block): void {
    const source = this.text.slice(block.span.start, block.span.end);
    const box = /^\[[ xX]\]\s+/.exec(source);
    this.push(
      block,
      { start: block.span.start + (box?.[0].length ?? 0), end: block.span.end },
      box ? "checkbox" : "item",
      item.contentStart,
    );
  }

  private sentences(block: Block, source: Candidate["source"]): void {
    for (const sentence of splitSentences(this.text, block.span.start, block.span.end))
      this.push(block, sentence, source);
  }

  private push(
    block: Block,
    range: { start: number; end: number },
    source: Candidate["source"],
    spanStart = range.start,
  ): void {
    const raw = this.text.slice(range.start, range.end).replace(/^\s*>\s?/gm, "");
    const label = LABEL.exec(raw);
    const words = plainText(label ? raw.slice(label[0].length) : raw);
    if (words === "") return;
    const before = countBreaks(this.text, block.span.start, spanStart);
    const startLine = block.span.startLine + before;
    const candidate: Candidate = {
      text: words,
      start: spanStart,
      end: range.end,
      startLine,
      endLine: startLine + countBreaks(this.text, spanStart, range.end),
      headingPath: this.headings(),
      source,
    };
    if (label?.[1]) candidate.label = label[1].replace(/[ _]/g, "-");
    if (this.lead !== "") candidate.lead = this.lead;
    this.candidates.push(candidate);
  }
}

function countBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
