import { type Criterion, readPromptSection } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { checkSchemaExamples } from "../_test-checks.ts";
import { analysis, createRecitingModel, criterion, plan, requirements, specification } from "../_test-inputs.ts";
import { acceptanceGenerator } from "./acceptance-generator.ts";

const [phase] = plan.phases;
if (!phase) throw new Error("no phase");
const input = { phase, plan, requirements, specification, analysis, projectFacts: ["Started by npm start."] };

async function listProblems(criteria: Criterion[]): Promise<string> {
  const { model } = createRecitingModel({ criteria });
  return acceptanceGenerator.run(input, { model }).then(
    () => "",
    (error: Error) => error.message,
  );
}

describe("the acceptance generator", () => {
  it("shows specification, plan and requirements, and the phase last", async () => {
    const { model, seen } = createRecitingModel({ criteria: [criterion] });
    await acceptanceGenerator.run(input, { model });
    const prompt = seen[0]?.prompt ?? "";
    expect(readPromptSection(prompt, "phase")?.content).toContain('"id":"foundation"');
    expect(readPromptSection(prompt, "plan")?.content).not.toContain("description");
    expect(prompt).toContain("- Started by npm start.");
    expect(prompt.indexOf("<specification")).toBe(0);
    expect(prompt.indexOf("\n<phase>")).toBeGreaterThan(prompt.indexOf("</requirements>"));
  });

  it("teaches the checks with examples that the check runner takes", () => {
    const { system } = acceptanceGenerator;
    const kinds = checkSchemaExamples(system).map((check) => check.kind);
    expect(kinds).toEqual(["command", "file", "http", "sql", "browser", "load", "security", "script"]);
    expect(system).toContain("environment variable PORT");
    expect(system).toContain("{{tmp}}");
  });

  it.each<[string, Partial<Criterion>[], RegExp]>([
    ["a requirement that no criterion names", [{ requirementIds: ["R-1"] }], /"R-2" is named by no criterion/],
    [
      "a requirement of another phase",
      [{ requirementIds: ["R-1", "R-2", "R-9"] }],
      /"R-9" is not a requirement of this phase/,
    ],
    ["an id used twice", [{}, {}], /"FC001" is used twice/],
    ["no check and no word why", [{ check: null, validationMethod: "look at it" }], /has no check; give it one/],
    [
      "a regular expression that does not compile",
      [{ check: { kind: "command", command: "x", expect: { exitCode: 0, stdoutMatches: "(" } } }],
      /"\(" does not compile/,
    ],
    ["a file outside", [{ check: { kind: "file", path: "../x", expect: { exists: true } } }], /not a path inside/],
    [
      "a variable that nothing saved",
      [
        {
          check: {
            kind: "http",
            service: { command: "npm start", readyPath: "/" },
            requests: [{ method: "GET", path: "/books/{{id}}", expect: { status: 200 } }],
          },
        },
      ],
      /request 1 uses \{\{id\}\}/,
    ],
  ])("has %s repaired", async (_name, changes, problem) => {
    expect(await listProblems(changes.map((change) => ({ ...criterion, ...change })))).toMatch(problem);
  });

  it("takes a criterion that says why no machine can check it, and variables saved before", async () => {
    const manual = { ...criterion, id: "FC002", check: null, validationMethod: "manual: taste cannot be measured" };
    const chained: Criterion = {
      ...criterion,
      id: "FC003",
      check: {
        kind: "http",
        service: { command: "npm start", readyPath: "/", env: { DATABASE_FILE: "{{tmp}}/x.db" } },
        requests: [
          { method: "POST", path: "/books", expect: { status: 201 }, save: { id: "id" } },
          { method: "GET", path: "/books/{{id}}", expect: { status: 200 } },
        ],
      },
    };
    expect(await listProblems([criterion, manual, chained])).toBe("");
  });
});
