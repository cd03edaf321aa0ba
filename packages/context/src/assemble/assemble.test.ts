import { CcbError } from "@ccb/core/errors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { extractRequirements } from "../requirements/extract-requirements.ts";
import { estimateTokens } from "../tokens/estimate-tokens.ts";
import { rankSections } from "./_rank-sections.ts";
import { indexSections, scoreSections } from "./_section-index.ts";
import { toTerms } from "./_to-terms.ts";
import { assembleContext } from "./assemble-context.ts";
import { runWithinContext } from "./run-within-context.ts";

const filler = (name: string): string => `${name} is described here at length. `.repeat(25);
const SPEC = `# Shop

${filler("The shop")}

## 1. Cart

- FR-1: The cart must hold at most 20 articles. Prices follow section 3.

## 2. Mail

- FR-2: An order must be confirmed by mail. ${filler("Mail")}

## 3. Money

Amounts are rounded to cents.

## 4. Warehouse

${filler("The warehouse robot")}
`;
const requirements = extractRequirements(SPEC);
const task = { title: "Build the basket", requirementIds: ["FR-1"] };

test("a spec that fits is whole and stands first, the same for every task", () => {
  const one = assembleContext({ spec: SPEC, requirements, task, budgetTokens: 20_000 });
  const two = assembleContext({ spec: SPEC, requirements, task: { title: "Send mail" }, budgetTokens: 20_000 });
  expect(one.complete).toBe(true);
  expect(one.text).toContain(SPEC.trimEnd());
  const shared = one.text.indexOf("# Task:");
  expect(two.text.slice(0, shared)).toBe(one.text.slice(0, shared));
});

test("under a small budget the needed sections are in, also those they refer to, and the rest is named", () => {
  const context = assembleContext({
    spec: SPEC,
    requirements,
    task,
    budgetTokens: 700,
    dependencies: [{ title: "Setup", output: "The folder src exists." }],
    memory: ["Use cents."],
  });
  expect(context.complete).toBe(false);
  expect(context.tokens).toBeLessThanOrEqual(700);
  const titles = context.included.map((part) => part.title);
  expect(titles).toEqual(
    expect.arrayContaining(["Shop > 1. Cart", "Shop > 3. Money", "Setup", "Use cents.", "Build the basket"]),
  );
  expect(context.leftOut.map((part) => part.title)).toContain("Shop > 4. Warehouse");
  expect(context.leftOut.every((part) => part.reason !== "" && part.tokens > 0)).toBe(true);
  expect(context.text).toContain("FR-1 (must)");
});

test("never over the budget when the task itself fits, and the same for the same input", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 150, max: 3000 }),
      fc.array(fc.string({ maxLength: 200 }), { maxLength: 4 }),
      (budgetTokens, memory) => {
        const options = {
          spec: SPEC,
          requirements,
          task,
          budgetTokens,
          memory,
          dependencies: [{ title: "x", output: filler("Output") }],
        };
        const context = assembleContext(options);
        expect(estimateTokens(context.text)).toBeLessThanOrEqual(budgetTokens);
        expect(assembleContext(options)).toEqual(context);
      },
    ),
    { numRuns: 60 },
  );
});

test("an overflow archives finished work and runs once more with less", async () => {
  const tooLong = new Error("prompt is too long");
  const kept: string[] = [];
  const sizes: number[] = [];
  const context = {
    spec: SPEC,
    requirements,
    task,
    budgetTokens: 4000,
    dependencies: [{ title: "Setup", output: filler("Setup") }],
  };
  const result = await runWithinContext({
    context,
    isOverflow: (error) => error === tooLong,
    archive: async (work) => {
      kept.push(...work.map(({ title, output }) => `${title}: ${output.length}`));
    },
    run: async ({ tokens }) => {
      sizes.push(tokens);
      if (sizes.length === 1) throw tooLong;
      return "done";
    },
  });
  expect(result).toMatchObject({ value: "done", retried: true });
  expect(kept).toEqual([`Setup: ${filler("Setup").length}`]);
  expect(sizes[1]).toBeLessThanOrEqual((sizes[0] ?? 0) * 0.6);
  const failed = await runWithinContext({ context, isOverflow: () => true, run: () => Promise.reject(tooLong) }).catch(
    (error: unknown) => error,
  );
  expect(CcbError.isInstance(failed) && failed.message).toContain("too long");
  await expect(runWithinContext({ context, isOverflow: () => false, run: () => Promise.reject(tooLong) })).rejects.toBe(
    tooLong,
  );
});

test("sections are ranked as if all of them were sorted by score and place, and what is left out is named in that order", () => {
  const word = fc.constantFrom("cart", "mail", "money", "robot", "order", "hums");
  const body = fc.array(word, { minLength: 0, maxLength: 12 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(fc.array(body, { minLength: 2, maxLength: 12 }), word, fc.boolean(), (bodies, wanted, counted) => {
      const spec = `# Shop\n\n${bodies.map((text, at) => `## Part ${at}\n\n${text} ${filler("It")}\n\n`).join("")}`;
      const index = indexSections(spec);
      const scores = scoreSections(index, toTerms(wanted));
      const sorted = index.outline.sections
        .map((section, at) => ({ at: section.index, score: scores[at] ?? 0 }))
        .sort((a, b) => b.score - a.score || a.at - b.at);
      const ranked = rankSections(index, { words: wanted, requirements: [] });
      expect(ranked.map(({ section }) => section.index)).toEqual(sorted.map(({ at }) => at));

      const countTokens = counted ? { countTokens: (text: string) => Math.ceil(text.length / 4) } : {};
      const context = assembleContext({ spec, task: { title: wanted }, budgetTokens: 400, ...countTokens });
      const left = context.leftOut.filter(({ kind }) => kind === "section").map(({ title }) => title);
      const taken = new Set(context.included.flatMap(({ kind, title }) => (kind === "section" ? [title] : [])));
      const titles = sorted.map(({ at }) => index.titles[at] ?? "");
      expect(left).toEqual(titles.filter((title) => !taken.has(title)));
      expect(context.leftOut).toBe(context.leftOut);
    }),
    { numRuns: 100 },
  );
});
