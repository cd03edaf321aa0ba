import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildEventBody, type Criterion, systemClock } from "@ccb/core";
import { openStore } from "@ccb/store";
import { expect, test } from "vitest";
import { createJournal } from "../journal/create-journal.ts";
import { journalMigrations } from "../journal/journal-migrations.ts";
import { planProjectPaths } from "../project/project-paths.ts";
import { openRepository } from "../repository/open-repository.ts";
import { defineEmptyWork } from "../workbench.ts";
import type { CheckBench } from "./_check-ground.ts";
import { checkRedFirst } from "./check-red-first.ts";

function makeCriterion(id: string, command: string): Criterion {
  const text = { description: id, expectedResult: "x", validationMethod: "command" };
  const check = { kind: "command" as const, command, expect: { exitCode: 0 } };
  return { id, category: "functional", steps: [], testData: [], requirementIds: [], check, ...text };
}

test("a criterion that passes before its phase is told as proving nothing, once, and nothing of the look stays", async () => {
  const directory = await mkdtemp(join(tmpdir(), "ccb-red-"));
  const store = openStore({ path: join(directory, "build.db"), migrations: [journalMigrations] });
  try {
    await writeFile(join(directory, "old.txt"), "there");
    const events: BuildEventBody[] = [];
    const bench: CheckBench = {
      options: {},
      paths: planProjectPaths(directory),
      repository: openRepository({ directory, environment: { PATH: process.env.PATH ?? "" } }),
      journal: createJournal({ store, clock: systemClock }),
      environment: {},
      emit: (event) => events.push(event),
      atomically: (work) => work(),
      signal: new AbortController().signal,
      clock: systemClock,
    };
    const criteria = [makeCriterion("old", "test -e old.txt"), makeCriterion("new", "touch left.txt; test -e new.txt")];
    const work = { ...defineEmptyWork(), criteria, phaseOf: new Map(criteria.map(({ id }) => [id, "start"])) };
    const seen = await checkRedFirst(bench, work, "start");
    expect(seen).toMatchObject({ red: ["new"], provesNothing: [{ criterionId: "old" }] });
    expect(events).toMatchObject([{ type: "warning", message: expect.stringContaining("old (old) passes before") }]);
    expect(existsSync(join(directory, "left.txt"))).toBe(false);
    expect(JSON.parse(await readFile(join(directory, "artifacts/evidence/before/old.json"), "utf8")).passed).toBe(true);
    // A resumed build finds what was seen then, though the work is done by now.
    await writeFile(join(directory, "new.txt"), "made");
    expect(await checkRedFirst(bench, work, "start")).toEqual(seen);
    expect(events).toHaveLength(1);
    // Of a phase that had begun without a look nothing can be said.
    const other = makeCriterion("other", "true");
    const task = {
      id: "t",
      name: "T",
      description: "-",
      dependsOn: [],
      files: [],
      requirementIds: [],
      size: "S" as const,
    };
    const begun = {
      ...work,
      criteria: [other],
      phaseOf: new Map([["other", "start"]]),
      plan: { phases: [{ id: "start", name: "S", goal: "-", tasks: [task] }], waivers: [] },
      commits: new Map([["t", "abc"]]),
    };
    expect(await checkRedFirst(bench, begun, "start")).toEqual({ red: [], provesNothing: [] });
  } finally {
    store.close();
    await rm(directory, { recursive: true, force: true });
  }
});
