/**
 * Precision and recall of the gate on the labelled snippets, and how fast it reads. Exits with 1 below the marks on the unseen part.
 *
 *   node --conditions=ccb-source packages/testing/bench/gate.ts [--errors tuned|unseen]
 */
import { fileURLToPath } from "node:url";
import { readLabelledCases, scoreGate } from "../src/gate/_labelled-cases.ts";
import { judgeTree } from "../src/gate/judge-tree.ts";

const shown = process.argv[2] === "--errors" ? process.argv[3] : undefined;
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
let isGood = true;
for (const part of ["tuned", "unseen"]) {
  const cases = readLabelledCases(fileURLToPath(new URL(`../fixtures/gate/${part}`, import.meta.url)));
  const score = scoreGate(cases);
  const innocent = cases.filter(({ rules }) => rules.length === 0).length;
  console.log(
    `${part.padEnd(7)} ${score.cases} cases, ${innocent} of them innocent: precision ${percent(score.precision)}, recall ${percent(score.recall)}`,
  );
  if (shown === part)
    for (const text of [
      ...score.missed.map((name) => `missed ${name}`),
      ...score.wrong.map((name) => `wrong  ${name}`),
    ])
      console.log(`    ${text}`);
  if (part === "unseen") isGood = score.precision >= 0.9 && score.recall >= 0.9;
}

const tree = Object.fromEntries(
  readLabelledCases(fileURLToPath(new URL("../fixtures/gate/tuned", import.meta.url))).flatMap(({ after }, index) =>
    Object.entries(after).map(([path, text]) => [`${index}/${path}`, text.repeat(20)]),
  ),
);
const characters = Object.values(tree).reduce((sum, text) => sum + text.length, 0);
const start = performance.now();
judgeTree(tree);
console.log(
  `speed   ${(characters / 1_000 / ((performance.now() - start) / 1_000)).toFixed(0)} thousand characters a second`,
);
process.exitCode = isGood ? 0 : 1;
