import type { Analysis } from "@ccb/core";
import { offlineSentence } from "../offline-label.ts";
import type { Prompt } from "../request/read-prompt.ts";
import { parseServiceModel, type ServiceModel } from "../service/index.ts";
import { findComponents, plural } from "./find-components.ts";
import { findOpenQuestions } from "./find-open-questions.ts";
import { findRisks } from "./find-risks.ts";
import { classifyProject, findTechnologies } from "./project-type.ts";
import { readSpec, type SpecReading } from "./read-spec.ts";
import { estimateHours, scoreComplexity } from "./score-complexity.ts";

/** Analyses any specification by counting and by vocabulary. */
export function analyzeSpec(prompt: Prompt): Analysis {
  const spec = readSpec(prompt);
  const service = parseServiceModel(spec.text);
  const components = findComponents(spec, service);
  const projectType = classifyProject(spec.text).type;
  return {
    projectName: spec.name,
    projectType,
    summary: summarize(spec, service, projectType),
    ...scoreComplexity(spec, components.length),
    technologies: findTechnologies(spec.text),
    components,
    risks: findRisks(spec),
    openQuestions: findOpenQuestions(spec, service),
    estimatedHours: estimateHours(spec),
  };
}

function summarize(spec: SpecReading, service: ServiceModel, type: string): string {
  const said = firstSentences(spec);
  const article = /^[aeiou]/i.test(type) ? "an" : "a";
  const entities = service.entities.map((entity) => entity.title);
  const sections = spec.sections.filter(({ level }) => level > 0).length;
  return [
    said === "" ? `${spec.name} is ${article} ${type}.` : `${said} By its words it is ${article} ${type}.`,
    `The specification has ${plural(sections, "section")} and states ${plural(spec.requirements.length, "requirement")}${
      entities.length > 0 ? ` about ${entities.slice(0, 8).join(", ")}` : ""
    }.`,
    offlineSentence,
  ].join(" ");
}

/** The first two sentences of prose in the text. */
function firstSentences(spec: SpecReading): string {
  const prose = spec.text
    .split(/\n\s*\n/)
    .map((block) => block.replace(/\s+/g, " ").trim())
    .find((block) => /^[\p{L}"“*_]/u.test(block) && /[.!?:]$/.test(block) && block.length > 30);
  if (prose === undefined) return "";
  const sentences = prose.replace(/[*_`]/g, "").match(/.+?[.!?:](?=\s|$)/g) ?? [];
  return sentences.slice(0, 2).join(" ").slice(0, 400);
}
