import type { DocumentFacts } from "./read-facts.ts";

/** What a file is for: its own first comment where the prompt shows it, else the task that made it, else its name. */
export function describeFile(path: string, facts: DocumentFacts): string {
  const comment = firstComment(facts.contents.get(path) ?? "");
  if (comment !== "") return comment;
  const base = path
    .split("/")
    .at(-1)
    ?.replace(/(?:\.test)?\.\w+$/, "");
  const entity = facts.service?.entities.find(({ plural }) => plural === base);
  if (entity && /test/.test(path)) return `Tests of the resource ${entity.title}`;
  if (entity) return `The resource ${entity.title}`;
  if (/(?:^|\/)package\.json$/.test(path)) return "Name, Node version and scripts";
  if (/test/.test(path)) return "Tests";
  const task = facts.tasks.find(({ files }) => files.includes(path));
  return task ? `Part of “${task.name}”` : "";
}

/** The first sentence of the comment at the head of a file, or of the one before the first thing it exports. */
function firstComment(content: string): string {
  const head = content.slice(0, 8000);
  const top = /^(?:#![^\n]*\n)?\s*(?:\/\*\*?((?:(?!\*\/)[\s\S])*)\*\/|((?:\/\/[^\n]*\n)+)|((?:#[^\n]*\n)+))/.exec(head);
  const exported = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export /.exec(head);
  const texts = [top?.[1], top?.[2], top?.[3], exported?.[1]].map((text) => plainComment(text ?? ""));
  return texts.find((text) => text !== "" && !text.startsWith("@")) ?? "";
}

function plainComment(text: string): string {
  const plain = text
    .replace(/^\s*(?:\*|\/\/|#)\s?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  return (/^.*?[.!?](?=\s|$)/.exec(plain)?.[0] ?? plain.split(" @")[0] ?? "").slice(0, 200);
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
  const found = [...content.matchAll(/^(?:import|export)\b(?:[^"'\n]*? from)? ?["']([^"'\n]+)["']/gm)].map(
    (match) => match[1] ?? "",
  );
  return [...new Set(found)].filter((name) => name !== "");
}
