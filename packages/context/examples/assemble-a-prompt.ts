import assert from "node:assert/strict";
import { assembleContext, extractRequirements } from "@ccb/context";

const about = (name: string) => `${name} is explained here in many words. `.repeat(30);
const spec = `# Shop

## 1. Cart

- FR-1: The cart must hold at most 20 articles; rounding follows section 3.

## 2. Mail

${about("Mail")}

## 3. Money

Amounts are rounded to cents.
`;

const context = assembleContext({
  spec,
  requirements: extractRequirements(spec),
  task: { title: "Build the cart", requirementIds: ["FR-1"] },
  dependencies: [{ title: "Setup", output: "The folder src exists." }],
  budgetTokens: 500,
});

console.log(`complete: ${context.complete}`);
for (const part of context.included) console.log(`in:  ${part.kind} ${part.title} (${part.reason})`);
for (const part of context.leftOut) console.log(`out: ${part.kind} ${part.title} (${part.reason})`);
assert.ok(context.tokens <= 500);
assert.ok(context.text.includes("rounded to cents"));
