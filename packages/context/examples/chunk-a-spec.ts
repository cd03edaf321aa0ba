import assert from "node:assert/strict";
import { chunkSpec } from "@ccb/context";

const section = (name: string) => `## ${name}\n\n${`The ${name} must work. `.repeat(40)}\n\n`;
const spec = `# Task tracker\n\n${["Projects", "Tasks", "Comments", "Search"].map(section).join("")}`;

const { chunks, strategy, totalTokens } = chunkSpec(spec, { windowTokens: 1000 });

console.log(`${totalTokens > 800 ? "too large for" : "fits"} 80 % of the window; strategy: ${strategy}`);
for (const chunk of chunks) {
  const { navigation, span, headingPath } = chunk;
  console.log(
    `${navigation.position} | starts in ${headingPath.join(" > ")} | ${chunk.text.length} characters from ${span.start}`,
  );
}
assert.equal(chunks.map((chunk) => chunk.text).join(""), spec);
assert.ok(chunks.every((chunk) => chunk.tokens <= 700));
