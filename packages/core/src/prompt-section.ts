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

/** The first part of that name in a prompt, or undefined. */
export function readPromptSection(prompt: string, name: string): PromptSection | undefined {
  const opening = new RegExp(`<${name}((?: [a-zA-Z][\\w-]*="[^"]*")*)>\\n`).exec(prompt);
  if (!opening) return undefined;
  const from = opening.index + opening[0].length;
  const to = prompt.indexOf(`\n</${name}>`, from - 1);
  if (to < 0) return undefined;
  const attributes: Record<string, string> = {};
  for (const [, key = "", value = ""] of (opening[1] ?? "").matchAll(/ ([a-zA-Z][\w-]*)="([^"]*)"/g)) {
    attributes[key] = value.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  }
  const content = prompt
    .slice(from, Math.max(from, to))
    .replaceAll(new RegExp(`<\\\\(\\\\*)/${name}>`, "g"), `<$1/${name}>`);
  return { name, attributes, content };
}
