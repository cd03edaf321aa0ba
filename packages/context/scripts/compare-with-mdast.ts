/**
 * Compares the blocks of `parseBlocks` with those of mdast on real and generated documents: counts, and every real document that differs.
 *
 *   node --conditions=ccb-source packages/context/scripts/compare-with-mdast.ts [--data <file of recorded documents>] [--generated 20000]
 *
 * Real are the labelled documents, the Markdown files of node_modules, and those of a file with one JSON document a line, where one is given.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { explainDifference, listMdastBlocks, listOwnBlocks } from "../src/parse/_mdast-blocks.ts";
import { readLabelledDocuments } from "../src/requirements/_labelled-documents.ts";
import type { RecordedDocument } from "../src/tokens/_recorded-documents.ts";

interface Document {
  name: string;
  text: string;
}

const { values } = parseArgs({
  options: { data: { type: "string" }, generated: { type: "string", default: "20000" } },
});
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function* readReal(): Generator<Document> {
  for (const part of ["tuned", "unseen"]) yield* readLabelledDocuments(path(`../fixtures/labelled/${part}`));
  const root = path("../../../node_modules/.pnpm");
  const seen = new Set<string>();
  for (const name of globSync("*/node_modules/**/*.{md,mdx,markdown}", { cwd: root })) {
    const text = readFileSync(join(root, name), "utf8");
    if (seen.has(text) || text.length > 400_000) continue;
    seen.add(text);
    yield { name, text };
  }
  if (!values.data) {
    console.log("Recorded documents are left out: no --data.");
    return;
  }
  for (const row of readFileSync(values.data, "utf8").trim().split("\n")) {
    const { kind, id, text } = JSON.parse(row) as RecordedDocument;
    yield { name: `${kind} ${id}`, text };
  }
}

/** Lines put together from what begins, ends and interrupts blocks. */
function* generate(count: number): Generator<Document> {
  const marks = fc.constantFrom(
    "",
    "",
    "- ",
    "* ",
    "1. ",
    "2) ",
    "> ",
    "# ",
    "## ",
    "  ",
    "   ",
    "    ",
    "\t",
    "```",
    "~~~",
    "| ",
    "[a]: ",
    "[^1]: ",
    "<div>",
    "<!-- ",
    "\\",
  );
  const words = fc.constantFrom(
    "",
    "text",
    "more text",
    "a | b |",
    "|---|---|",
    "---",
    "===",
    "***",
    "http://x.example",
    "`code`",
    "-->",
    "</div>",
    "[ ] box",
    "```",
    "1986. A year",
  );
  const rows = fc.tuple(marks, marks, words).map((parts) => parts.join(""));
  for (const lines of fc.sample(fc.array(rows, { minLength: 1, maxLength: 14 }), { numRuns: count, seed: 20250102 })) {
    yield { name: JSON.stringify(lines.join("\n")), text: `# Start\n\n${lines.join("\n")}\n` };
  }
}

function compare(what: string, documents: Iterable<Document>, shown: number): void {
  const reasons = new Map<string, number>();
  let count = 0;
  let blocks = 0;
  let differing = 0;
  for (const { name, text } of documents) {
    const [own, mdast] = [listOwnBlocks(text), listMdastBlocks(text)];
    count++;
    blocks += mdast.length;
    if (own.join("\n") === mdast.join("\n")) continue;
    const reason = explainDifference(text, own, mdast) ?? "not explained";
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const at = own.findIndex((block, index) => block !== mdast[index]);
    if (differing++ < shown || reason === "not explained") {
      console.log(`  ${name.slice(0, 160)}: ${own[at] ?? "nothing"}, mdast ${mdast[at] ?? "nothing"} (${reason})`);
    }
  }
  console.log(`${what}: ${count} documents, ${blocks} blocks, ${differing} documents differ`);
  for (const [reason, times] of [...reasons].sort((a, b) => b[1] - a[1])) console.log(`  ${times} ${reason}`);
}

compare("Real", readReal(), 50);
compare("Generated", generate(Number(values.generated)), 0);
