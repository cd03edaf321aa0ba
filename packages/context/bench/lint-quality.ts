/**
 * What `lintSpec` finds: everything on documents people wrote, to be looked at by hand, and how many contradictions put into them on purpose.
 *
 *   node --conditions=ccb-source packages/context/bench/lint-quality.ts [--data <file of recorded documents>]
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { extractRequirements, lintSpec } from "../src/index.ts";
import { readLabelledDocuments } from "../src/requirements/_labelled-documents.ts";
import { findMeasure } from "../src/requirements/_parse-measure.ts";
import { standsAlone } from "../src/review/_same-subject.ts";
import type { RecordedDocument } from "../src/tokens/_recorded-documents.ts";

const { values } = parseArgs({ options: { data: { type: "string" } } });
const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
const documents = values.data
  ? readFileSync(values.data, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as RecordedDocument)
      .filter(({ kind }) => kind !== "code")
      .map(({ id, text }) => ({ name: id, text }))
  : ["tuned", "unseen"].flatMap((part) => readLabelledDocuments(path(`fixtures/labelled/${part}`)));

/** The same statement with another value, at the end of the document, as it was, in another order of words, or with another word for "must". */
function reword(text: string, how: number): string | undefined {
  const found = findMeasure(text);
  if (!found || !standsAlone(text)) return undefined;
  const value = found.measure.value * 3;
  const changed =
    text.slice(0, found.start) +
    text.slice(found.start, found.end).replace(/\d[\d,_]*(?:\.\d+)?/g, String(value)) +
    text.slice(found.end);
  if (how === 0) return changed;
  if (how === 1) return changed.replace(/\b(?:must|shall|should)\b/, "has to");
  return changed.replace(/\bat most\b/, "up to").replace(/\bwithin\b/, "in under");
}

const counts = new Map<string, number>();
let requirements = 0;
let seeded = 0;
let found = 0;
for (const { name, text } of documents) {
  const own = extractRequirements(text);
  requirements += own.length;
  for (const finding of lintSpec(text)) {
    counts.set(finding.rule, (counts.get(finding.rule) ?? 0) + 1);
    const words = text.slice(finding.span.start, finding.span.end).replaceAll(/\s+/g, " ");
    console.log(`${name}:${finding.span.startLine} ${finding.rule}: ${words.slice(0, 140)}`);
  }
  if (!/\.mdx?$/.test(name)) continue;
  for (const requirement of own) {
    for (const how of [0, 1, 2]) {
      const other = reword(requirement.text, how);
      if (other === undefined) continue;
      seeded++;
      const longer = `${text}\n\n# Further requirements\n\n- ${other.replace(/^[-*]\s*/, "")}\n`;
      if (lintSpec(longer).some(({ rule }) => rule === "contradiction")) found++;
      else console.log(`${name}: not found: ${other.slice(0, 140)}`);
    }
  }
}
console.log(
  `\n${documents.length} documents, ${requirements} requirements: ${[...counts].map(([rule, count]) => `${count} ${rule}`).join(", ") || "no finding"}`,
);
console.log(`contradictions put in: ${seeded}, found ${found}: ${((found / Math.max(1, seeded)) * 100).toFixed(1)} %`);
