import type { Prompt } from "./request/read-prompt.ts";

const longestLine = 200;

/** What a prompt holds, in at most so many lines taken from it: its question, then each section's first words. */
export function summarizePrompt(prompt: Prompt, mostLines: number): string {
  const asked = prompt.text.split("\n").find((line) => /\p{L}/u.test(line) && !line.startsWith("<")) ?? "";
  const sections = prompt.sections.map(({ name, content }) => {
    const first = content.split("\n").find((line) => line.trim() !== "") ?? "nothing";
    return `- ${name} (${content.length} characters): ${cut(first.trim())}`;
  });
  const lines = [...(asked === "" ? [] : [`Asked: ${cut(asked.trim())}`]), ...sections];
  return lines.slice(0, mostLines).join("\n");
}

function cut(text: string): string {
  return text.length > longestLine ? `${text.slice(0, longestLine - 1)}…` : text;
}
