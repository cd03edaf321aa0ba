import assert from "node:assert/strict";
import { chunkSpec, estimateTokens } from "@ccb/context";
import { MarkdownTextSplitter } from "@langchain/textsplitters";

const table = `| Method | Path |\n|---|---|\n${Array.from({ length: 12 }, (_, index) => `| GET | /things/${index} |\n`).join("")}`;
const section = (index: number) =>
  `## Part ${index}\n\n${"It says something. ".repeat(12)}\n\n\`\`\`js\n${"call();\n\n".repeat(12)}\`\`\`\n\n${table}\n`;
const spec = `# Spec\n\n${Array.from({ length: 12 }, (_, index) => section(index)).join("")}`;

const fencesCut = (parts: string[]) => parts.filter((part) => (part.match(/^```/gm) ?? []).length % 2 === 1).length;
const ours = chunkSpec(spec, { windowTokens: 1000 }).chunks.map((chunk) => chunk.text);
const splitter = new MarkdownTextSplitter({
  chunkSize: 700,
  chunkOverlap: 0,
  lengthFunction: (text) => estimateTokens(text),
});
const theirs = await splitter.splitText(spec);

console.log(`@ccb/context: lossless ${ours.join("") === spec}, fences cut ${fencesCut(ours)}`);
console.log(`LangChain:    lossless ${theirs.join("") === spec}, fences cut ${fencesCut(theirs)}`);
assert.equal(ours.join(""), spec);
assert.equal(fencesCut(ours), 0);
