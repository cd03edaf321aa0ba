import { fileLines } from "../limits.ts";
import type { Rule } from "../rule.ts";

/** Every file of code stays short, and nine of ten are shorter still; tests count, fixtures do not. */
export const fileSizesRule: Rule = {
  name: "file sizes",
  check({ sources }) {
    const files = sources
      .filter((file) => file.kind !== "fixture")
      .map((file) => ({ path: file.path, lines: file.text.trimEnd().split("\n").length }))
      .sort((left, right) => left.lines - right.lines);
    const problems = files
      .filter((file) => file.lines > fileLines.most)
      .map((file) => `${file.path}: ${file.lines} lines, the limit is ${fileLines.most}; split it by concept`);
    const p90 = files[Math.ceil(files.length * 0.9) - 1]?.lines ?? 0;
    if (p90 > fileLines.p90) {
      problems.push(`the 90th percentile of all files is ${p90} lines, the limit is ${fileLines.p90}`);
    }
    return { lookedAt: files.length, unit: "files", problems };
  },
};
