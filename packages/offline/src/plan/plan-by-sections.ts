import type { Phase, Plan, Task } from "@ccb/core";
import { findTechnologies } from "../analysis/project-type.ts";
import { readSpec, type SpecReading } from "../analysis/read-spec.ts";
import { offlineLabel } from "../offline-label.ts";
import type { Prompt, PromptRequirement } from "../request/read-prompt.ts";
import { createIdMaker } from "./_id-maker.ts";
import { suggestFiles } from "./_suggest-files.ts";
import { findTopics, type Topic, type TopicRole } from "./find-topics.ts";
import { findWaivers } from "./find-waivers.ts";

const mostInTask = 8;
const mostTasksInPhase = 6;
/** One topic, or what cuts across, may need more; beyond this it is accepted in several steps. */
const longestPhase = 12;
const mostDependencies = 4;

interface Planning {
  spec: SpecReading;
  technologies: string[];
  takeTaskId: (title: string, fallback: string) => string;
  takePhaseId: (title: string, fallback: string) => string;
  /** The task every other stands on; of an earlier part's plan where there is one. */
  root: string | undefined;
  /** Last task made for each topic, by the words of its title. */
  lastOfWord: Map<string, string>;
}

/**
 * Plans any specification for a coding model: a foundation, the sections in their order, then what cuts across. Every requirement is
 * covered, except those that no software can fulfil.
 */
export function planBySections(prompt: Prompt): Plan {
  const spec = readSpec(prompt);
  const waivers = findWaivers(spec.requirements);
  const waived = new Set(waivers.map(({ requirementId }) => requirementId));
  const open = uniqueById(spec.requirements).filter(({ id }) => !waived.has(id));
  const planning = startPlanning(prompt, spec);
  const topics = findTopics(spec, open);
  const ofRole = (role: TopicRole) => topics.filter((topic) => topic.role === role);
  const setup = prompt.earlierPhases.length === 0 ? [makeSetup(planning)] : [];
  planning.root ??= setup[0]?.id;
  const foundation = [...setup, ...ofRole("foundation").flatMap((topic) => makeTasks(planning, topic))];
  planning.root = foundation.at(-1)?.id ?? planning.root;
  const core = ofRole("core").map((topic) => ({ title: topic.title, tasks: makeTasks(planning, topic) }));
  planning.root = core.at(-1)?.tasks.at(-1)?.id ?? planning.root;
  const hardening = ofRole("hardening").flatMap((topic) => makeTasks(planning, topic));
  const phases = [
    { name: "Foundation", tasks: foundation },
    ...packTopics(core).map(({ titles, tasks }) => ({ name: joinTitles(titles), tasks })),
    { name: "Hardening", tasks: hardening },
  ];
  return { phases: phases.flatMap(splitLong).flatMap((phase) => makePhases(planning, phase)), waivers };
}

function startPlanning(prompt: Prompt, spec: SpecReading): Planning {
  const earlier = prompt.earlierPhases.flatMap((phase) => phase.tasks);
  return {
    spec,
    technologies: prompt.analysis?.technologies ?? findTechnologies(spec.text),
    takeTaskId: createIdMaker(earlier.map((task) => task.id)),
    takePhaseId: createIdMaker(prompt.earlierPhases.map((phase) => phase.id)),
    root: earlier[0]?.id,
    lastOfWord: new Map(),
  };
}

function uniqueById(requirements: readonly PromptRequirement[]): PromptRequirement[] {
  return [...new Map(requirements.map((requirement) => [requirement.id, requirement])).values()];
}

function makeSetup(planning: Planning): Task {
  const { spec, technologies } = planning;
  return {
    id: planning.takeTaskId("project-setup", "project-setup"),
    name: "Project setup",
    description: `Set up the project "${spec.name}": folders, configuration, a start command and a test command that runs. ${
      technologies.length > 0
        ? `The specification names: ${[...new Set(technologies)].join(", ")}.`
        : "The specification names no technology; choose the simplest that fits."
    } Read the whole specification first; later tasks fill in its sections.`,
    dependsOn: [],
    files: suggestFiles(technologies, "setup"),
    requirementIds: [],
    size: "S",
  };
}

/** One task for every eight requirements of a topic, one after the other. */
function makeTasks(planning: Planning, topic: Topic): Task[] {
  const pieces = Math.max(1, Math.ceil(topic.requirements.length / mostInTask));
  const perTask = Math.ceil(topic.requirements.length / pieces);
  const tasks: Task[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    const requirements = topic.requirements.slice(piece * perTask, (piece + 1) * perTask);
    const id = planning.takeTaskId(topic.title, "section");
    const before = tasks.at(-1)?.id;
    tasks.push({
      id,
      name: pieces === 1 ? topic.title : `${topic.title} (${piece + 1} of ${pieces})`,
      description: describe(topic.title, requirements),
      dependsOn: before === undefined ? dependenciesOf(planning, topic) : [before],
      files: suggestFiles(planning.technologies, id),
      requirementIds: requirements.map((requirement) => requirement.id),
      size: requirements.length <= 2 ? "S" : requirements.length <= 5 ? "M" : "L",
    });
  }
  const last = tasks.at(-1);
  if (last) for (const word of contentWords(topic.title)) planning.lastOfWord.set(word, last.id);
  return tasks;
}

function describe(title: string, requirements: PromptRequirement[]): string {
  if (requirements.length === 0)
    return `Build what the section "${title}" of the specification asks for. It states no requirement by itself; decide from its text.`;
  const lines = requirements.map(
    ({ id, text, lines: [from, to] }) => `- ${id} (lines ${from}-${to}): ${text.slice(0, 500)}`,
  );
  return `Build what the section "${title}" of the specification asks for:\n${lines.join("\n")}`;
}

/** The root, and the last task of each earlier topic whose name the topic's text mentions. */
function dependenciesOf(planning: Planning, topic: Topic): string[] {
  const words = new Set([topic.title, ...topic.requirements.map(({ text }) => text)].flatMap(contentWords));
  const mentioned = [...words].flatMap((word) => planning.lastOfWord.get(word) ?? []);
  const roots = planning.root === undefined ? [] : [planning.root];
  return [...new Set([...roots, ...mentioned])].slice(0, mostDependencies);
}

const commonWords = new Set(
  "section general requirements requirement features feature management system service with from that this must shall should their functional other".split(
    " ",
  ),
);

/** Words that can name a topic, without a plural's ending. */
function contentWords(text: string): string[] {
  const words = text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
  return words.filter((word) => !commonWords.has(word)).map((word) => word.replace(/ies$/, "y").replace(/s$/, ""));
}

/** Neighbouring topics share a phase as long as it stays small. */
function packTopics(topics: { title: string; tasks: Task[] }[]): { titles: string[]; tasks: Task[] }[] {
  const packed: { titles: string[]; tasks: Task[] }[] = [];
  for (const { title, tasks } of topics) {
    const last = packed.at(-1);
    if (last && last.tasks.length + tasks.length <= mostTasksInPhase) {
      last.titles.push(title);
      last.tasks.push(...tasks);
    } else packed.push({ titles: [title], tasks: [...tasks] });
  }
  return packed;
}

function splitLong(phase: { name: string; tasks: Task[] }): { name: string; tasks: Task[] }[] {
  const pieces = Math.ceil(phase.tasks.length / longestPhase);
  if (pieces <= 1) return [phase];
  const perPiece = Math.ceil(phase.tasks.length / pieces);
  return Array.from({ length: pieces }, (_, piece) => ({
    name: `${phase.name} (${piece + 1} of ${pieces})`,
    tasks: phase.tasks.slice(piece * perPiece, (piece + 1) * perPiece),
  }));
}

function makePhases(planning: Planning, phase: { name: string; tasks: Task[] }): Phase[] {
  if (phase.tasks.length === 0) return [];
  const goal = `${phase.name}: ${phase.tasks.map((task) => task.name).join(", ")}`.slice(0, 400);
  const id = planning.takePhaseId(phase.name, "phase");
  return [{ id, name: phase.name, goal: `${goal}. Planned by ${offlineLabel}.`, tasks: phase.tasks }];
}

function joinTitles(titles: string[]): string {
  const unique = [...new Set(titles)];
  if (unique.length <= 2) return unique.join(" and ");
  return `${unique.slice(0, 2).join(", ")} and ${unique.length - 2} more`;
}
