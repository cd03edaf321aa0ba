import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listTasks, validatePlan } from "@ccb/core";
import { expect, test } from "vitest";
import { changedSpecification, planProduct, renderModule, specification, taskIds } from "./ledger-product.ts";

const requirements = specification
  .split("\n")
  .flatMap((line) => /^- (FR-\d+): (.*)$/.exec(line)?.slice(1) ?? [])
  .flatMap((word, index, words) => (index % 2 === 0 ? [{ id: word, text: words[index + 1] ?? "" }] : []));

test("the plan can be run, has a dozen tasks and more, and many of them can run side by side", () => {
  expect(requirements.length).toBe(taskIds.length);
  const plan = planProduct(requirements);
  expect(
    validatePlan(
      plan,
      requirements.map(({ id }) => id),
    ),
  ).toEqual([]);
  expect(taskIds.length).toBeGreaterThanOrEqual(12);
  const [, books] = plan.phases;
  const inBooks = new Set(books?.tasks.map(({ id }) => id));
  const ready = books?.tasks.filter(({ dependsOn }) => dependsOn.every((id) => !inBooks.has(id)));
  expect(ready?.length).toBeGreaterThanOrEqual(5);
  expect(listTasks(plan).some(({ task }) => task.dependsOn.length > 1)).toBe(true);
});

test("the changed specification differs in one requirement", () => {
  const changed = changedSpecification.split("\n");
  expect(specification.split("\n").filter((line, index) => line !== changed[index])).toHaveLength(1);
});

test("the modules that the sessions write run", () => {
  const folder = mkdtempSync(join(tmpdir(), "ccb-lab-product-"));
  try {
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    for (const id of taskIds) {
      const { path, content } = renderModule(id);
      writeFileSync(join(folder, path), content);
    }
    expect(execFileSync(process.execPath, ["src/program.js"], { cwd: folder, encoding: "utf8" })).toContain("program");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
