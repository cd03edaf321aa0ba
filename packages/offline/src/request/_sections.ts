import { type PromptSection, readPromptSection } from "@ccb/core";

/**
 * The outermost sections of a prompt, in order. What stands inside a section is content and opens none, so a specification that
 * holds `<task>` cannot pass for the task.
 */
export function readSections(prompt: string): PromptSection[] {
  const sections: PromptSection[] = [];
  const opening = /^<([a-z][a-z-]*)(?: [a-zA-Z][\w-]*="[^"\n]*")*>$/gm;
  for (let match = opening.exec(prompt); match; match = opening.exec(prompt)) {
    const name = match[1] ?? "";
    const end = prompt.indexOf(`\n</${name}>`, match.index);
    if (end < 0) continue;
    const after = end + name.length + 4;
    const section = readPromptSection(prompt.slice(match.index, after), name);
    if (section) sections.push(section);
    opening.lastIndex = after;
  }
  return sections;
}
