import type { Requirement } from "@ccb/core";
import { summarizeText } from "../chunk/summarize-text.ts";
import { type Outline, parseOutline, type Section } from "../parse/parse-outline.ts";
import { estimateTokens } from "../tokens/estimate-tokens.ts";
import { rankByTerms, toTerms } from "./_rank-sections.ts";

export interface AssembleOptions {
  /** The whole specification. */
  spec: string;
  /** All requirements of the specification, as `extractRequirements` gives them. */
  requirements?: readonly Requirement[];
  /** What the context is for. */
  task: { title: string; description?: string; requirementIds?: readonly string[] };
  /** Results of the tasks this one depends on. */
  dependencies?: readonly { title: string; output: string }[];
  /** Notes kept between tasks, most important first. */
  memory?: readonly string[];
  budgetTokens: number;
  countTokens?: (text: string) => number;
}

/** One part of an assembled context; `reason` says why it is in or out. */
export interface ContextPart {
  kind: "overview" | "section" | "dependency" | "memory" | "task";
  title: string;
  tokens: number;
  reason: string;
  /** Lines of the specification, for sections. */
  lines?: { start: number; end: number };
}

export interface AssembledContext {
  text: string;
  tokens: number;
  /** True when the whole specification is in. */
  complete: boolean;
  included: ContextPart[];
  leftOut: ContextPart[];
}

/**
 * Assembles the context of one task under a token budget: overview and needed sections of the specification first (the same
 * for every task where the whole specification fits, so that a prompt cache holds it), then what it depends on, memory, task.
 * Deterministic; what did not fit is named in `leftOut`.
 */
export function assembleContext(options: AssembleOptions): AssembledContext {
  const count = options.countTokens ?? estimateTokens;
  const builder = new ContextBuilder(options.budgetTokens, count);
  const task = renderTask(options);
  builder.reserve(count(task));
  const outline = parseOutline(options.spec);
  const whole = `# Specification\n\n${options.spec.trimEnd()}\n`;
  const complete = builder.add(
    { kind: "section", title: "Whole specification", reason: "it fits the budget" },
    whole,
    0.85,
  );
  if (!complete) addSections(builder, options, outline);
  for (const dependency of options.dependencies ?? []) {
    const text = `# Result of: ${dependency.title}\n\n${dependency.output.trim()}\n`;
    const part = { kind: "dependency", title: dependency.title } as const;
    if (builder.fits(text)) builder.add({ ...part, reason: "the task depends on it" }, text);
    else
      builder.addOrLeave(
        { ...part, reason: "summarized: the whole output is over the budget" },
        `# Result of: ${dependency.title}\n\n${summarizeText(dependency.output, { maxCharacters: 1200 })}\n`,
      );
  }
  for (const note of options.memory ?? [])
    builder.addOrLeave({ kind: "memory", title: note.slice(0, 60), reason: "kept from earlier tasks" }, `- ${note}\n`);
  builder.release(count(task));
  builder.add({ kind: "task", title: options.task.title, reason: "always" }, task, Number.POSITIVE_INFINITY);
  return builder.finish(complete);
}

function addSections(builder: ContextBuilder, options: AssembleOptions, outline: Outline): void {
  const { spec } = options;
  const titles = outline.sections.map((section) => `${"  ".repeat(Math.max(0, section.level - 1))}- ${section.title}`);
  const overview = `# Specification: ${outline.title ?? "overview"}\n\n${summarizeText(spec, { maxCharacters: 600 })}\n\nSections:\n${titles.slice(0, 80).join("\n")}\n`;
  builder.addOrLeave({ kind: "overview", title: outline.title ?? "overview", reason: "orientation" }, overview);
  const chosen: Section[] = [];
  const ranked = rankSections(options, outline);
  for (const { section, reason } of ranked) {
    const text = renderSection(spec, section);
    const part = partOf(section, reason);
    if (reason !== "" && builder.reserveFor(part, text)) chosen.push(section);
    else
      builder.leave({
        ...part,
        reason: reason === "" ? "nothing in it matches the task" : `${reason}, but the budget is used up`,
      });
  }
  chosen.sort((a, b) => a.index - b.index);
  for (const section of chosen) builder.write(renderSection(spec, section));
}

function partOf(section: Section, reason: string): Omit<ContextPart, "tokens"> {
  return {
    kind: "section",
    title: section.headingPath.join(" > ") || "Opening",
    reason,
    lines: { start: section.own.startLine, end: section.own.endLine },
  };
}

function rankSections(options: AssembleOptions, outline: Outline): { section: Section; reason: string }[] {
  const { spec, task } = options;
  const wanted = new Set(task.requirementIds ?? []);
  const needed = (options.requirements ?? []).filter((requirement) => wanted.has(requirement.id));
  const query = toTerms(
    [task.title, task.description ?? "", ...needed.map((requirement) => requirement.text)].join(" "),
  );
  const documents = outline.sections.map((section) => toTerms(spec.slice(section.own.start, section.own.end)));
  const scores = rankByTerms(documents, query);
  return outline.sections
    .map((section, index) => {
      const holds = needed.filter(({ span }) => span.start < section.own.end && span.end > section.own.start);
      const score = scores[index] ?? 0;
      const reason =
        holds.length > 0
          ? `holds ${holds.map(({ id }) => id).join(", ")}`
          : score > 0
            ? "its words match the task"
            : "";
      return { section, reason, score: score + (holds.length > 0 ? 1e6 : 0) };
    })
    .sort((a, b) => b.score - a.score || a.section.index - b.section.index);
}

function renderSection(spec: string, section: Section): string {
  const path = section.headingPath.slice(0, -1).join(" > ");
  return `${path === "" ? "" : `<!-- in: ${path} -->\n`}${spec.slice(section.own.start, section.own.end).trim()}\n`;
}

function renderTask(options: AssembleOptions): string {
  const wanted = new Set(options.task.requirementIds ?? []);
  const needed = (options.requirements ?? []).filter((requirement) => wanted.has(requirement.id));
  const lines = needed.map((requirement) => `- ${requirement.id} (${requirement.priority}): ${requirement.text}`);
  const parts = [
    `# Task: ${options.task.title}`,
    options.task.description ?? "",
    lines.length > 0 ? `Requirements:\n${lines.join("\n")}` : "",
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

class ContextBuilder {
  private readonly parts: string[] = [];
  private readonly included: ContextPart[] = [];
  private readonly leftOut: ContextPart[] = [];
  private used = 0;
  private readonly budget: number;
  private readonly count: (text: string) => number;

  constructor(budget: number, count: (text: string) => number) {
    this.budget = budget;
    this.count = count;
  }

  reserve(tokens: number): void {
    this.used += tokens;
  }

  release(tokens: number): void {
    this.used -= tokens;
  }

  fits(text: string, share = 1): boolean {
    return this.used + this.count(text) + 1 <= this.budget * share;
  }

  add(part: Omit<ContextPart, "tokens">, text: string, share = 1): boolean {
    if (!this.reserveFor(part, text, share)) return false;
    this.write(text);
    return true;
  }

  addOrLeave(part: Omit<ContextPart, "tokens">, text: string): void {
    if (!this.add(part, text)) this.leave({ ...part, reason: `${part.reason}, but the budget is used up` });
  }

  reserveFor(part: Omit<ContextPart, "tokens">, text: string, share = 1): boolean {
    if (!this.fits(text, share)) return false;
    const tokens = this.count(text) + 1;
    this.used += tokens;
    this.included.push({ ...part, tokens });
    return true;
  }

  write(text: string): void {
    this.parts.push(text);
  }

  leave(part: Omit<ContextPart, "tokens">): void {
    this.leftOut.push({ ...part, tokens: 0 });
  }

  finish(complete: boolean): AssembledContext {
    const text = this.parts.join("\n");
    return { text, tokens: this.count(text), complete, included: this.included, leftOut: this.leftOut };
  }
}
