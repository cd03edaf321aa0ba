import type { DocumentFacts } from "./read-facts.ts";

/** What a file is for: its own first comment where the prompt shows it, else the task that made it, else its name. */
export function describeFile(path: string, facts: DocumentFacts): string {
  const comment = firstComment(facts.contents.get(path) ?? "");
  if (comment !== "") return comment;
  const entity = facts.service?.entities.find(({ plural }) => path.toLowerCase().includes(plural.replaceAll("_", "-")));
  if (entity && /test/.test(path)) return `Tests of the resource ${entity.title}`;
  if (entity) return `The resource ${entity.title}`;
  if (/(?:^|\/)package\.json$/.test(path)) return "Name, Node version and scripts";
  if (/test/.test(path)) return "Tests";
  const task = facts.tasks.find(({ files }) => files.includes(path));
  return task ? `Part of “${task.name}”` : "";
}

/** The first sentence of a comment at the head of a file. */
function firstComment(content: string): string {
  const match = /^(?:#![^\n]*\n)?\s*(?:\/\*\*?([\s\S]*?)\*\/|((?:\/\/[^\n]*\n)+)|((?:#[^\n]*\n)+))/.exec(
    content.slice(0, 4000),
  );
  const text = (match?.[1] ?? match?.[2] ?? match?.[3] ?? "")
    .replace(/^\s*(?:\*|\/\/|#)\s?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  return /^.*?[.!?](?=\s|$)/.exec(text)?.[0].slice(0, 200) ?? text.slice(0, 200);
}

/** Names a file exports, as its text shows them. */
export function listExports(content: string): string[] {
  const names = [...content.matchAll(/^export (?:async )?(?:function\*?|const|let|class|type|interface) (\w+)/gm)].map(
    (match) => match[1] ?? "",
  );
  const grouped = [...content.matchAll(/^export \{([^}]*)\}/gm)].flatMap((match) =>
    (match[1] ?? "").split(",").map((name) => name.trim()),
  );
  return [...new Set([...names, ...grouped])].filter((name) => name !== "");
}

/** Files and modules a file imports. */
export function listImports(content: string): string[] {
  const found = [...content.matchAll(/^(?:import|export)\b[^"'\n]*?(?:from )?["']([^"'\n]+)["']/gm)].map(
    (match) => match[1] ?? "",
  );
  return [...new Set(found)].filter((name) => name !== "");
}
