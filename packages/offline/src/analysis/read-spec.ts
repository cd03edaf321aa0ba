import { extractRequirements, parseOutline, type Section } from "@ccb/context";
import type { Prompt, PromptRequirement } from "../request/read-prompt.ts";

/** A specification as the planner looks at it: any Markdown, in whatever state. */
export interface SpecReading {
  /** Short name of the product. */
  name: string;
  text: string;
  complete: boolean;
  sections: Section[];
  requirements: PromptRequirement[];
  words: number;
}

/** Reads the specification in a prompt; requirements are taken from the prompt where it has them, else found by rule. */
export function readSpec(prompt: Prompt): SpecReading {
  const { text, complete, title } = prompt.specification;
  const outline = parseOutline(text);
  return {
    name:
      prompt.analysis?.projectName ??
      (shortName((complete && outline.title) || title || outline.title || "") || "Project"),
    text,
    complete,
    sections: outline.sections,
    requirements: prompt.requirements ?? findRequirements(text),
    words: text.match(/\S+/g)?.length ?? 0,
  };
}

function findRequirements(text: string): PromptRequirement[] {
  return extractRequirements(text).map(({ id, kind, priority, text: says, span, headingPath }) => ({
    id,
    kind,
    priority,
    text: says,
    lines: [span.startLine, span.endLine],
    span: [span.start, span.end],
    headingPath,
  }));
}

/** A title without what titles add: "— Product Requirements Document v2.0", "Specification", numbers. */
function shortName(title: string): string {
  const bare = title
    .replace(/[*_`#]/g, "")
    .replace(/\.(?:md|markdown|txt)$/i, "")
    .trim();
  const named = bare
    .replace(/^(?:\d+[.)]\s*)+/, "")
    .replace(
      /^(?:(?:product|software|technical|functional)\s+)?(?:requirements?|specification|spec|prd|srs)(?:\s+document)?\s*(?:for|of|:|[-–—])\s*/i,
      "",
    )
    .replace(
      /\s*(?:[-–—:|(].*)?\b(?:specification|spec|requirements?(?:\s+document)?|prd|srs|design document)\b.*$/i,
      "",
    )
    .replace(/(?:\s+[-–—|]\s|:\s|\s+v?\d+(?:\.\d+)+).{0,80}$/i, "")
    .trim();
  return (named || bare).slice(0, 80).trim();
}
