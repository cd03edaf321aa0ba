/**
 * Fits the estimator's coefficients to recorded token counts and prints `_coefficients.ts`.
 *
 *   node --conditions=ccb-source packages/context/scripts/fit-estimator.ts claude-token-counts.jsonl > packages/context/src/tokens/_coefficients.ts
 *
 * One document a line: `{ id, kind, text, tokens: { "claude-5": n, … } }`. Documents of test folds (see `split-documents.ts`) are not
 * used. Ridge regression towards stated expectations (a coefficient the data says little about keeps its expectation), relative
 * errors, Huber weights. The errors on both parts go to standard error.
 */
import { readFileSync } from "node:fs";
import { isTestDocument, type RecordedDocument } from "../src/tokens/_recorded-documents.ts";
import {
  FIRST_STATE,
  featuresOf,
  getMachine,
  getRangeTable,
  OTHER_STATE,
  RANGE_NAMES,
} from "../src/tokens/_token-features.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("Pass the path of the recorded token counts (.jsonl).");
const documents = readFileSync(path, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as RecordedDocument);

const machine = getMachine();
const ranges = getRangeTable();
const names = new Map<string, number>();
const number = (name: string): number => {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, names.size);
  return names.size - 1;
};
number("frame");
const cells = machine.states.flatMap((state) =>
  Array.from({ length: 128 }, (_, code) => featuresOf(state, code).map(number)),
);
const beyond = RANGE_NAMES.map((name) => number(`x${name}`));

function countFeatures(text: string): Float64Array {
  const row = new Float64Array(names.size);
  row[0] = 1;
  let state = FIRST_STATE;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) {
      for (const feature of cells[state * 128 + code] ?? []) row[feature] = (row[feature] ?? 0) + 1;
      state = machine.next[state * 128 + code] ?? 0;
    } else {
      const feature = beyond[ranges[code >> 4] ?? 0] ?? 0;
      row[feature] = (row[feature] ?? 0) + 1;
      state = OTHER_STATE;
    }
  }
  return row;
}

/** Expected coefficient and how far from it is plausible. Beyond ASCII: tokens per character seen in other tokenizers. */
const BEYOND: Record<string, number> = {
  xlatin1: 1,
  xlatin: 1,
  xgreek: 0.7,
  xhebrew: 0.9,
  xarabic: 0.7,
  xindic: 0.8,
  xjamo: 2,
  xpunctuation: 1,
  xletterlike: 1.5,
  xarrow: 1.2,
  xmaths: 1.5,
  xtechnical: 1.8,
  xbox: 0.8,
  xsymbol: 1.5,
  xcjkmark: 0.9,
  xkana: 0.9,
  xhan: 1,
  xhangul: 1.1,
  xsurrogate: 1.3,
  xfullwidth: 1.1,
};
function expectation(name: string): { mean: number; spread: number } {
  if (name === "frame") return { mean: 8, spread: 4 };
  if (name.startsWith("xX")) return { mean: 3, spread: 0.01 };
  if (name.startsWith("x")) return { mean: BEYOND[name] ?? 1, spread: 0.4 };
  if (name.startsWith("l'")) return { mean: 0, spread: 0.05 };
  if (/^p\d+=$/.test(name)) return { mean: 0.25, spread: 0.3 };
  if (/^p\d+$/.test(name)) return { mean: Number(name.slice(1)) < 32 ? 1.1 : 0.5, spread: 0.4 };
  if (name.startsWith("p")) return { mean: 0, spread: 0.3 };
  return { mean: 0.3, spread: 0.5 };
}

const rows = documents.map((document) => countFeatures(document.text));
const expected = [...names.keys()].map(expectation);

function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const top = matrix[pivot] as Float64Array;
    for (let r = pivot + 1; r < size; r++) {
      const row = matrix[r] as Float64Array;
      const factor = (row[pivot] as number) / (top[pivot] as number);
      if (factor === 0) continue;
      for (let c = pivot; c < size; c++) row[c] = (row[c] as number) - factor * (top[c] as number);
      right[r] = (right[r] as number) - factor * (right[pivot] as number);
    }
  }
  for (let r = size - 1; r >= 0; r--) {
    const row = matrix[r] as Float64Array;
    let value = right[r] as number;
    for (let c = r + 1; c < size; c++) value -= (row[c] as number) * (right[c] as number);
    right[r] = value / (row[r] as number);
  }
  return right;
}

function predict(row: Float64Array, weights: Float64Array): number {
  return row.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0);
}

function fit(generation: string): Float64Array {
  const used = documents.flatMap((document, index) => (isTestDocument(document.id) ? [] : [index]));
  const size = names.size;
  let weights = Float64Array.from(expected, ({ mean }) => mean);
  for (let round = 0; round < 5; round++) {
    const matrix = expected.map(({ spread }, index) => {
      const line = new Float64Array(size);
      line[index] = 1 / spread ** 2;
      return line;
    });
    const right = Float64Array.from(expected, ({ mean, spread }) => mean / spread ** 2);
    for (const index of used) {
      const document = documents[index] as RecordedDocument;
      const row = rows[index] as Float64Array;
      const truth = document.tokens[generation] as number;
      const noise = document.kind === "code" ? 0.048 : 0.03;
      const error = Math.abs(predict(row, weights) / truth - 1) / noise;
      const weight = (round === 0 ? 1 : Math.min(1, 1.5 / Math.max(error, 1e-9))) / (truth * noise) ** 2;
      for (let a = 0; a < size; a++) {
        const value = (row[a] as number) * weight;
        if (value === 0) continue;
        const line = matrix[a] as Float64Array;
        for (let b = 0; b < size; b++) line[b] = (line[b] as number) + value * (row[b] as number);
        right[a] = (right[a] as number) + value * truth;
      }
    }
    weights = solve(matrix, right) as Float64Array<ArrayBuffer>;
  }
  return weights;
}

function report(generation: string, weights: Float64Array): void {
  for (const kind of new Set(documents.map((document) => document.kind))) {
    for (const tested of [false, true]) {
      const errors = documents.flatMap((document, index) =>
        document.kind === kind && isTestDocument(document.id) === tested
          ? [predict(rows[index] as Float64Array, weights) / (document.tokens[generation] as number) - 1]
          : [],
      );
      if (errors.length === 0) continue;
      const mean = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
      const low = [...errors].sort((a, b) => a - b)[Math.floor(errors.length / 100)] ?? 0;
      console.error(
        `${generation} ${kind} ${tested ? "not fitted" : "fitted"}: ${errors.length} documents, mean error ${(mean * 100).toFixed(2)} %, p1 ${(low * 100).toFixed(1)} %`,
      );
    }
  }
}

function render(weights: Float64Array): string {
  const entries = [...names.keys()].map((name, index) => `${name}:${Number((weights[index] as number).toFixed(4))}`);
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + entry.length < 110) lines[lines.length - 1] = `${last} ${entry}`;
    else lines.push(entry);
  }
  return lines.map((line) => `  ${line}`).join("\n");
}

const fitted = ["claude-4.6-and-before", "claude-5"].map((generation) => {
  const weights = fit(generation);
  report(generation, weights);
  return weights;
});
const [before, newest] = fitted as [Float64Array, Float64Array];
console.log(`/** Tokens per feature, written by scripts/fit-estimator.ts; "frame" is what a message costs beside its text. */
export const COEFFICIENTS = {
  "claude-4": \`
${render(before)}\`,
  "claude-5": \`
${render(newest)}\`,
};`);
