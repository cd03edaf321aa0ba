import {
  type Analysis,
  analysisSchema,
  type Phase,
  type Plan,
  type PromptSection,
  planSchema,
  type RequirementKind,
} from "@ccb/core";
import { asList, asRecord, parseJson } from "../_json.ts";
import { readSections } from "./_sections.ts";

/** A requirement as prompts carry it. */
export interface PromptRequirement {
  id: string;
  kind: RequirementKind;
  priority: "must" | "should" | "could";
  text: string;
  lines: [number, number];
  span: [number, number];
  /** Titles of the headings above it, top first. */
  headingPath: string[];
}

/** The specification, or the part of it that the prompt holds. */
export interface PromptSpecification {
  text: string;
  complete: boolean;
  title: string;
}

/** The prompt's sections, read and narrowed; what is missing or malformed is undefined or empty. */
export interface Prompt {
  text: string;
  sections: PromptSection[];
  specification: PromptSpecification;
  /** Undefined where the prompt has no such section; then the reader finds them itself. */
  requirements: PromptRequirement[] | undefined;
  analysis: Analysis | undefined;
  plan: Plan | undefined;
  phase: Phase | undefined;
  earlierPhases: Phase[];
  executorModel: string;
}

/** Reads the sections that the agents of CCB put into their prompts. */
export function readPrompt(text: string): Prompt {
  const sections = readSections(text);
  const section = (name: string) => sections.find((candidate) => candidate.name === name);
  const json = (name: string) => parseJson(section(name)?.content);
  const specification = section("specification");
  const requirements = section("requirements");
  return {
    text,
    sections,
    specification: {
      text: specification?.content ?? "",
      complete: specification?.attributes.complete !== "false",
      title: specification?.attributes.title ?? "",
    },
    requirements: requirements && readRequirements(requirements.content),
    analysis: accepted(analysisSchema, json("analysis")),
    plan: readPlan(json("plan")),
    phase: readPhases([json("phase")])[0],
    earlierPhases: readPhases(json("earlier-phases")),
    executorModel: section("executor")?.attributes.model ?? "",
  };
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

function accepted<T>(schema: Schema<T>, value: unknown): T | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Prompts may leave out the descriptions of tasks. */
function readPhases(value: unknown): Phase[] {
  const list = Array.isArray(value) ? value : asList(asRecord(value).phases);
  return list.flatMap((phase) => {
    const tasks = asList(asRecord(phase).tasks).map((task) => ({ description: "-", ...asRecord(task) }));
    return accepted(planSchema.shape.phases.element, { ...asRecord(phase), tasks }) ?? [];
  });
}

function readPlan(value: unknown): Plan | undefined {
  if (value === undefined) return undefined;
  const waivers = asList(asRecord(value).waivers);
  return { phases: readPhases(value), waivers: accepted(planSchema.shape.waivers, waivers) ?? [] };
}

const kinds = new Set<string>(["functional", "performance", "security", "integration", "constraint"]);

function readRequirements(lines: string): PromptRequirement[] {
  return lines.split("\n").flatMap((line) => readRequirement(asRecord(parseJson(line))) ?? []);
}

function readRequirement(row: Record<string, unknown>): PromptRequirement | undefined {
  if (typeof row.id !== "string" || typeof row.text !== "string") return undefined;
  const section = typeof row.section === "string" ? row.section : "";
  return {
    id: row.id,
    text: row.text,
    kind: typeof row.kind === "string" && kinds.has(row.kind) ? (row.kind as RequirementKind) : "functional",
    priority: row.priority === "should" || row.priority === "could" ? row.priority : "must",
    lines: readPair(row.lines),
    span: readPair(row.span),
    headingPath: section === "" ? [] : section.split(" > "),
  };
}

function readPair(value: unknown): [number, number] {
  const [first, second] = asList(value);
  return [typeof first === "number" ? first : 0, typeof second === "number" ? second : 0];
}
