/**
 * Recall and precision of `extractRequirements` on the labelled documents.
 *
 *   node --conditions=ccb-source packages/context/bench/requirements-quality.ts [--errors tuned|unseen]
 */
import { fileURLToPath } from "node:url";
import {
  readLabelledDocuments,
  type Score,
  scoreRequirements,
  sumScores,
} from "../src/requirements/_labelled-documents.ts";
import { extractRequirements } from "../src/requirements/extract-requirements.ts";

const shown = process.argv[2] === "--errors" ? process.argv[3] : undefined;
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
function print(name: string, score: Score): void {
  const { labelled, found, recall, precision, kinds } = score;
  console.log(
    `${name.padEnd(34)} ${labelled} labelled, ${found} found, recall ${percent(recall)}, precision ${percent(precision)}, kinds ${percent(kinds)}`,
  );
}
for (const part of ["tuned", "unseen"]) {
  const folder = fileURLToPath(new URL(`../fixtures/labelled/${part}`, import.meta.url));
  const scores = readLabelledDocuments(folder).map((document) => {
    const score = scoreRequirements(document, extractRequirements(document.text));
    print(`${part}/${document.name}`, score);
    if (shown === part) {
      for (const text of score.missed) console.log(`    missed: ${text.replace(/\s+/g, " ").slice(0, 140)}`);
      for (const text of score.wrong) console.log(`    wrong:  ${text.slice(0, 140)}`);
    }
    return score;
  });
  print(`${part}, all`, sumScores(scores));
}
