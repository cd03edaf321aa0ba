/**
 * The slowest of five runs is not counted: milliseconds for inputs of 200 KB that make parsers slow.
 *
 *   node --conditions=ccb-source packages/context/bench/adversarial.ts
 */
import { chunkSpec, estimateTokens, extractRequirements, parseBlocks } from "../src/index.ts";

const SIZE = 200_000;
const fill = (part: string): string => part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE);
const stairs = (mark: string): string =>
  Array.from({ length: 630 }, (_, depth) => `${mark.repeat(depth)}- a`).join("\n");
const inputs: Record<string, string> = {
  "one quote mark": fill(">"),
  "one long line": fill("x"),
  "nested items": stairs(" "),
  "nested quotes": stairs(">"),
  "list marks": fill("- "),
  brackets: fill("[a]("),
  backticks: fill("`"),
  pipes: fill("|"),
  tags: fill("<div "),
  comments: fill("<!--\n"),
  headings: fill("#\n"),
  "line ends": fill("\n"),
  fences: fill("```\n"),
  "setext lines": fill("a\n-\n"),
  given: fill("given when "),
  shall: fill("The system shall "),
};
for (const [name, text] of Object.entries(inputs)) {
  const row = [
    () => chunkSpec(text, { windowTokens: 2858 }),
    () => estimateTokens(text),
    () => parseBlocks(text),
    () => extractRequirements(text),
  ].map((action) => {
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      action();
      return performance.now() - start;
    }).sort((a, b) => a - b);
    return (times[3] ?? 0).toFixed(1).padStart(7);
  });
  console.log(`${name.padEnd(16)} chunk ${row[0]}  estimate ${row[1]}  blocks ${row[2]}  requirements ${row[3]}`);
}
