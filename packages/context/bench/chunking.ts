/**
 * Chunking against LangChain's Markdown splitter, and the estimator's speed, on Markdown from a folder.
 *
 *   node --conditions=ccb-source packages/context/bench/chunking.ts [--corpus <folder>] [--mb 10] [--large]
 *
 * Without a folder the Markdown files of node_modules are taken: real, of many hands, and there after an install.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MarkdownTextSplitter } from "@langchain/textsplitters";
import { encode } from "gpt-tokenizer";
import { chunkSpec, createTokenCounter, estimateTokens } from "../src/index.ts";

const { values } = parseArgs({
  options: {
    corpus: { type: "string" },
    mb: { type: "string", default: "10" },
    large: { type: "boolean", default: false },
  },
});
const WINDOW = 2858;
const BUDGET = 2000;

function readCorpus(folder: string, size: number): string {
  const parts: string[] = [];
  let length = 0;
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const name of names) {
    if (length >= size) break;
    const text = readFileSync(name, "utf8");
    parts.push(text);
    length += text.length;
  }
  let corpus = parts.join("\n\n");
  while (corpus.length < size) corpus += `\n\n${corpus}`;
  return Buffer.from(corpus.slice(0, size)).toString();
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

async function time(runs: number, action: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await action();
    times.push(performance.now() - start);
  }
  return median(times);
}

const folder = values.corpus ?? fileURLToPath(new URL("../../../node_modules/.pnpm", import.meta.url));
const size = Number(values.mb) * 1e6;
const text = readCorpus(folder, size);
const megabytes = text.length / 1e6;
console.log(`${megabytes.toFixed(1)} M characters of Markdown, budget ${BUDGET} tokens`);

const own = await time(5, () => chunkSpec(text, { windowTokens: WINDOW }));
console.log(`chunkSpec                        ${own.toFixed(0)} ms`);
const estimate = await time(5, () => estimateTokens(text));
console.log(
  `estimateTokens                   ${estimate.toFixed(0)} ms, ${((megabytes / estimate) * 1000).toFixed(0)} MB/s`,
);

const tokens = (part: string): number => encode(part).length;
const langchain = new MarkdownTextSplitter({ chunkSize: BUDGET, chunkOverlap: 0, lengthFunction: tokens });
const gpt = await time(1, () => langchain.splitText(text));
console.log(`LangChain Markdown, gpt-tokenizer ${gpt.toFixed(0)} ms, ${(gpt / own).toFixed(0)} times as long`);
const count = await createTokenCounter({ kind: "o200k" });
const slice = text.slice(0, Math.min(text.length, 1e6));
const tiktoken = new MarkdownTextSplitter({ chunkSize: BUDGET, chunkOverlap: 0, lengthFunction: count });
const slow = await time(1, () => tiktoken.splitText(slice));
const ownSlice = await time(5, () => chunkSpec(slice, { windowTokens: WINDOW }));
console.log(
  `LangChain Markdown, js-tiktoken   ${slow.toFixed(0)} ms for 1 M, ${(slow / ownSlice).toFixed(0)} times as long`,
);

if (values.large) {
  for (const factor of [1, 5, 10]) {
    const large = Buffer.from(text.repeat(factor)).toString();
    const taken = await time(3, () => chunkSpec(large, { windowTokens: WINDOW }));
    const rss = process.resourceUsage().maxRSS / 1024;
    console.log(
      `${(megabytes * factor).toFixed(0)} M characters: ${taken.toFixed(0)} ms, peak of the process ${rss.toFixed(0)} MiB`,
    );
  }
}
