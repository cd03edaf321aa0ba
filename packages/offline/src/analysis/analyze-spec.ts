import { parseBlocks } from "@ccb/context";
import type { Analysis } from "@ccb/core";
import { offlineSentence } from "../offline-label.ts";
import { isBuildable } from "../plan/service-parts.ts";
import type { Prompt } from "../request/read-prompt.ts";
import { readServiceModel, type ServiceModel } from "../service/index.ts";
import { findComponents, plural } from "./find-components.ts";
import { findOpenQuestions } from "./find-open-questions.ts";
import { findRisks } from "./find-risks.ts";
import { classifyProject, findTechnologies } from "./project-type.ts";
import { readSpec, type SpecReading } from "./read-spec.ts";
import { estimateHours, scoreComplexity } from "./score-complexity.ts";

/** Analyses any specification by counting and by vocabulary. */
export function analyzeSpec(prompt: Prompt): Analysis {
  const spec = readSpec(prompt);
  const service = readServiceModel(spec.text);
  const components = findComponents(spec, service);
  const lead = firstSentences(spec);
  const projectType = isBuildable(service) ? "REST service" : classifyProject(spec.text, `${spec.name}. ${lead}`);
  return {
    projectName: spec.name,
    projectType,
    summary: summarize({ spec, service, type: projectType, lead }),
    ...scoreComplexity(spec, components.length),
    technologies: findTechnologies(spec.text),
    components,
    risks: findRisks(spec),
    openQuestions: findOpenQuestions(spec, service),
    estimatedHours: estimateHours(spec),
  };
}

function summarize(found: { spec: SpecReading; service: ServiceModel; type: string; lead: string }): string {
  const { spec, service, type, lead } = found;
  const entities = isBuildable(service) ? service.entities.map((entity) => entity.title) : [];
  const sections = spec.sections.filter(({ level }) => level > 0).length;
  const about = entities.length > 0 ? ` about ${entities.slice(0, 8).join(", ")}` : "";
  const kind = `${/^[aeiou]/i.test(type) ? "an" : "a"} ${type}`;
  return [
    lead === "" ? `${spec.name} is ${kind}.` : `${lead} By its words it is ${kind}.`,
    `The specification has ${plural(sections, "section")} and states ${plural(spec.requirements.length, "requirement")}${about}.`,
    offlineSentence,
  ].join(" ");
}

/** The first two sentences of prose in the text. */
function firstSentences(spec: SpecReading): string {
  const prose = parseBlocks(spec.text)
    .filter((block) => block.kind === "paragraph")
    .map(({ span }) => spec.text.slice(span.start, span.end).replace(/\s+/g, " ").replace(/[*_`]/g, "").trim())
    .slice(0, 15)
    .find((text) => /^[\p{L}"“]/u.test(text) && !/^\p{L}+:/u.test(text) && /[.!?]$/.test(text) && text.length > 15);
  const sentences = prose?.match(/.+?[.!?](?=\s|$)/g) ?? [];
  return sentences.slice(0, 2).join(" ").slice(0, 400);
}
