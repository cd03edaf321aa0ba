import type Anthropic from "@anthropic-ai/sdk";

/** Below about a thousand tokens the API does not cache; four characters a token is the usual figure for English text. */
const minCachedCharacters = 4_000;

/**
 * Cuts a prompt into text blocks so that what does not change between calls is cached: the first section (the specification) and everything before
 * the last section (what the call is about). The blocks joined are the prompt, to the character.
 */
export function renderPromptBlocks(prompt: string): Anthropic.TextBlockParam[] {
  const cuts = new Set<number>();
  const first = findFirstSectionEnd(prompt);
  const last = findLastSectionStart(prompt);
  if (first !== undefined && first >= minCachedCharacters) cuts.add(first);
  if (last !== undefined && last >= minCachedCharacters && last > (first ?? 0)) cuts.add(last);
  const blocks: Anthropic.TextBlockParam[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((left, right) => left - right)) {
    if (cut <= from || prompt.slice(from, cut).trim() === "" || prompt.slice(cut).trim() === "") continue;
    blocks.push({ type: "text", text: prompt.slice(from, cut), cache_control: { type: "ephemeral" } });
    from = cut;
  }
  blocks.push({ type: "text", text: prompt.slice(from) });
  return blocks;
}

/** The system prompt as blocks; the first starts with its first line, the last is cached where they are large together. */
export function renderSystemBlocks(parts: string[]): Anthropic.TextBlockParam[] {
  const isLarge = parts.join("").length >= minCachedCharacters;
  return parts.map((text, index) => ({
    type: "text",
    text,
    ...(isLarge && index === parts.length - 1 ? { cache_control: { type: "ephemeral" as const } } : {}),
  }));
}

function findFirstSectionEnd(prompt: string): number | undefined {
  const name = /^\s*<([a-z][a-z-]*)(?: [\w-]+="[^"]*")*>\n/.exec(prompt)?.[1];
  if (name === undefined) return undefined;
  const closing = `\n</${name}>`;
  const at = prompt.indexOf(closing);
  return at < 0 ? undefined : at + closing.length;
}

function findLastSectionStart(prompt: string): number | undefined {
  const name = /\n<\/([a-z][a-z-]*)>(?:(?!\n<\/)[\s\S])*$/.exec(prompt.slice(-20_000))?.[1];
  if (name === undefined) return undefined;
  const at = Math.max(prompt.lastIndexOf(`\n<${name}>\n`), prompt.lastIndexOf(`\n<${name} `));
  return at < 0 ? undefined : at + 1;
}
