/** A named part of a prompt: `<name attribute="…">content</name>`. */
export interface PromptSection {
  name: string;
  attributes: Record<string, string>;
  content: string;
}

/**
 * Renders a part of a prompt between tags. A closing tag of the same name inside the content is written `<\/name>`, so that no
 * specification can end its own section and speak as the prompt; {@link readPromptSection} undoes it.
 */
export function renderPromptSection(section: {
  name: string;
  attributes?: Record<string, string>;
  content: string;
}): string {
  const attributes = Object.entries(section.attributes ?? {})
    .map(([key, value]) => ` ${key}="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`)
    .join("");
  const escaped = section.content.replaceAll(new RegExp(`<(\\\\*)/${section.name}>`, "g"), `<\\$1/${section.name}>`);
  return `<${section.name}${attributes}>\n${escaped}\n</${section.name}>`;
}

const openingTag = /^<([a-z][\w-]*)((?: [a-zA-Z][\w-]*="[^"]*")*)>\n/gm;

/**
 * The first part of that name in a prompt, or undefined. Parts are read in order and their content is passed over, so what looks like a part inside the
 * specification is never taken for one.
 */
export function readPromptSection(prompt: string, name: string): PromptSection | undefined {
  openingTag.lastIndex = 0;
  for (let opening = openingTag.exec(prompt); opening; opening = openingTag.exec(prompt)) {
    const [whole, tag = "", attributes = ""] = opening;
    const from = opening.index + whole.length;
    const to = prompt.indexOf(`\n</${tag}>`, from - 1);
    if (to < 0) continue;
    if (tag === name) {
      return {
        name,
        attributes: readAttributes(attributes),
        content: restoreTags(prompt.slice(from, Math.max(from, to)), tag),
      };
    }
    openingTag.lastIndex = to + 1;
  }
  return undefined;
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, key = "", value = ""] of text.matchAll(/ ([a-zA-Z][\w-]*)="([^"]*)"/g)) {
    attributes[key] = value.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  }
  return attributes;
}

function restoreTags(content: string, tag: string): string {
  return content.replaceAll(new RegExp(`<\\\\(\\\\*)/${tag}>`, "g"), `<$1/${tag}>`);
}
