/**
 * How often `assembleContext` includes the sections a task needs, on tasks labelled by hand.
 *
 *   node --conditions=ccb-source packages/context/bench/context-needs.ts
 *
 * The budget is a third of the document, so that choosing matters. Requirement ids are not given: only words count here.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assembleContext, estimateTokens } from "../src/index.ts";
import { readLabelledDocuments } from "../src/requirements/_labelled-documents.ts";

interface Need {
  document: string;
  task: string;
  sections: string[];
}

const fixtures = (path: string): string => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
const documents = new Map(
  ["tuned", "unseen"]
    .flatMap((part) => readLabelledDocuments(fixtures(`labelled/${part}`)))
    .map(({ name, text }) => [name, text]),
);
const needs = JSON.parse(readFileSync(fixtures("needs.json"), "utf8")) as Need[];
let wanted = 0;
let found = 0;
for (const need of needs) {
  const spec = documents.get(need.document) ?? "";
  const context = assembleContext({
    spec,
    task: { title: need.task },
    budgetTokens: Math.ceil(estimateTokens(spec) / 3),
  });
  const included = context.included.map((part) => part.title.split(" > ").at(-1) ?? "");
  const missing = need.sections.filter((section) => !included.includes(section));
  wanted += need.sections.length;
  found += need.sections.length - missing.length;
  if (missing.length > 0) console.log(`${need.document}, "${need.task}": without ${missing.join(", ")}`);
}
console.log(
  `${needs.length} tasks, ${wanted} needed sections, ${found} included: ${((found / wanted) * 100).toFixed(1)} %`,
);
