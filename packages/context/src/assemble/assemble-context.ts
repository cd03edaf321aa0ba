import type { Requirement } from "@ccb/core";
import { summarizeText } from "../chunk/summarize-text.ts";
import type { Outline, Section } from "../parse/parse-outline.ts";
import { ContextBuilder, type PartName } from "./_context-builder.ts";
import { type RankedSection, rankSections } from "./_rank-sections.ts";
import { countSpecification, indexSections, type SectionIndex } from "./_section-index.ts";

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
  /** Most tokens of the assembled text. */
  budgetTokens: number;
  countTokens?: (text: string) => number;
}

/** One part of an assembled context; `reason` says why it is in or out. */
export interface ContextPart {
  kind: "overview" | "section" | "dependency" | "memory" | "task";
  title: string;
  tokens: number;
  reason: string;
  /** Lines of the specification, 1-based and inclusive, for sections. */
  lines?: { start: number; end: number };
}

export interface AssembledContext {
  text: string;
  tokens: number;
  /** True when the whole specification is in. */
  complete: boolean;
  included: ContextPart[];
  /** Put together when it is asked for: of a large specification it has an entry for nearly every section. */
  readonly leftOut: ContextPart[];
}

/** Share of the budget the whole specification may take: the rest is for what the task depends on. */
const WHOLE_SHARE = 0.85;
/** Share of the budget the overview may take. */
const OVERVIEW_SHARE = 0.15;
const LISTED_SECTIONS = 80;

/**
 * Assembles the context of one task under a token budget: the specification first (whole where it fits: the same text for every
 * task, so that a prompt cache holds it; else its overview and the sections the task needs), then the results it depends on, memory,
 * and the task. Deterministic; what did not fit is named in `leftOut`. The task itself is always in, even over the budget.
 */
export function assembleContext(options: AssembleOptions): AssembledContext {
  const builder = new ContextBuilder(options.budgetTokens, options.countTokens);
  const task = renderTask(options);
  builder.reserve(task);
  const whole = `# Specification\n\n${options.spec.trimEnd()}\n`;
  const name: PartName = { kind: "section", title: "Whole specification", reason: "it fits the budget" };
  const complete =
    !builder.isHopeless(countSpecification(options.spec), WHOLE_SHARE) && builder.add(name, whole, WHOLE_SHARE);
  if (!complete) addSections(builder, options);
  for (const dependency of options.dependencies ?? []) addDependency(builder, dependency);
  for (const note of options.memory ?? []) {
    builder.addOrLeave({ kind: "memory", title: note.slice(0, 60), reason: "kept from earlier tasks" }, `- ${note}\n`);
  }
  builder.addReserved({ kind: "task", title: options.task.title, reason: "always" }, task);
  return builder.finish(complete);
}

function addDependency(builder: ContextBuilder, dependency: { title: string; output: string }): void {
  const { title, output } = dependency;
  const heading = `# Result of: ${title}\n\n`;
  if (builder.add({ kind: "dependency", title, reason: "the task depends on it" }, `${heading}${output.trim()}\n`))
    return;
  const summary = summarizeText(output, { maxCharacters: 1200 });
  const reason = "summarized, the whole result is over the budget";
  builder.addOrLeave({ kind: "dependency", title, reason }, `${heading}${summary}\n`);
}

function addSections(builder: ContextBuilder, options: AssembleOptions): void {
  const { spec } = options;
  const index = indexSections(spec);
  const { outline } = index;
  const name: PartName = { kind: "overview", title: outline.title ?? "Overview", reason: "orientation" };
  const room = options.budgetTokens * OVERVIEW_SHARE;
  index.overviews ??= [6, 2, 1, 0].map((depth) => renderOverview(spec, outline, depth));
  const views = index.overviews;
  const overview = views.find((view) => builder.cost(view) <= room);
  if (overview !== undefined) builder.addOrLeave(name, overview);
  else builder.leave({ ...name, reason: "the budget is too small for it" }, views.at(-1) ?? "");
  const chosen: Section[] = [];
  const left: RankedSection[] = [];
  for (const ranked of rankSections(index, wantOf(options))) {
    const { section, reason } = ranked;
    const fits = reason !== "" && !builder.isHopeless(section.tokens);
    if (fits && builder.take(nameSection(index, section, reason), renderSection(spec, section))) chosen.push(section);
    else left.push(ranked);
  }
  builder.leaveLater(left, ({ section, reason }) => {
    const why = reason === "" ? "nothing in it matches the task" : `${reason}, but the budget is used up`;
    return {
      name: nameSection(index, section, why),
      estimate: section.tokens,
      text: () => renderSection(spec, section),
    };
  });
  chosen.sort((a, b) => a.index - b.index);
  for (const section of chosen) builder.write(renderSection(spec, section));
}

function nameSection(index: SectionIndex, section: Section, reason: string): PartName {
  const { startLine: start, endLine: end } = section.own;
  return { kind: "section", title: index.titles[section.index] ?? "", reason, lines: { start, end } };
}

function neededRequirements(options: AssembleOptions): Requirement[] {
  const wanted = new Set(options.task.requirementIds ?? []);
  if (wanted.size === 0) return [];
  return (options.requirements ?? []).filter((requirement) => wanted.has(requirement.id));
}

function wantOf(options: AssembleOptions): { words: string; requirements: Requirement[] } {
  return {
    words: `${options.task.title} ${options.task.description ?? ""}`,
    requirements: neededRequirements(options),
  };
}

/** What the specification is about, and its headings down to a depth. */
function renderOverview(spec: string, outline: Outline, depth: number): string {
  const titles = outline.sections
    .filter((section) => section.level > 0 && section.level <= depth)
    .slice(0, LISTED_SECTIONS)
    .map((section) => `${"  ".repeat(section.level - 1)}- ${section.title}`);
  const summary = summarizeText(spec, { maxCharacters: depth > 1 ? 600 : 200 });
  const list = titles.length > 0 ? `\nSections:\n${titles.join("\n")}\n` : "";
  return `# Specification: ${outline.title ?? "overview"}\n\n${summary}\n${list}`;
}

function renderSection(spec: string, section: Section): string {
  const path = section.headingPath.slice(0, -1).join(" > ");
  return `${path === "" ? "" : `(${path})\n`}${spec.slice(section.own.start, section.own.end).trim()}\n`;
}

function renderTask(options: AssembleOptions): string {
  const lines = neededRequirements(options).map(
    (requirement) => `- ${requirement.id} (${requirement.priority}): ${requirement.text}`,
  );
  const parts = [
    `# Task: ${options.task.title}`,
    options.task.description ?? "",
    lines.length > 0 ? `Requirements:\n${lines.join("\n")}` : "",
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}
