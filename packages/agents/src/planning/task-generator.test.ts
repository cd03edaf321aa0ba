import { readPromptSection } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { analysis, createRecitingModel, plan, requirements, specification } from "../_test-inputs.ts";
import { taskGenerator } from "./task-generator.ts";

const input = { specification, requirements, analysis, executorModel: "claude-opus-5-5" };

describe("the task generator", () => {
  it("shows specification first, then analysis, executor and requirements", async () => {
    const { model, seen } = createRecitingModel(plan);
    const { value, calls } = await taskGenerator.run(input, { model });
    expect(value).toEqual(plan);
    expect(calls).toBe(1);
    const prompt = seen[0]?.prompt ?? "";
    expect(prompt.startsWith('<specification complete="true" title="Book &quot;Shelf&quot;">')).toBe(true);
    expect(readPromptSection(prompt, "executor")?.attributes.model).toBe("claude-opus-5-5");
    expect(JSON.parse(readPromptSection(prompt, "analysis")?.content ?? "")).toEqual(analysis);
    expect(readPromptSection(prompt, "requirements")?.content).toContain('"id":"R-2"');
    expect(readPromptSection(prompt, "earlier-phases")).toBeUndefined();
  });

  it("has a plan repaired that forgets a requirement, is a circle, or leaves the project directory", async () => {
    const [phase] = plan.phases;
    const wrong = {
      phases: [
        {
          ...phase,
          tasks: phase?.tasks.map((task) => ({
            ...task,
            requirementIds: ["R-1"],
            dependsOn: [task.id],
            files: ["../x"],
          })),
        },
      ],
      waivers: [],
    };
    const { model } = createRecitingModel(wrong, plan);
    expect((await taskGenerator.run(input, { model })).calls).toBe(2);
    await expect(taskGenerator.run(input, { model: createRecitingModel(wrong).model })).rejects.toThrow(
      /circle[\s\S]*"R-2" is neither covered[\s\S]*names the file "..\/x"/,
    );
  });

  it("takes a dependency on a task of an earlier part, and refuses its ids", async () => {
    const [phase] = plan.phases;
    if (!phase) throw new Error("no phase");
    const loans = {
      phases: [
        {
          ...phase,
          id: "loans",
          tasks: [{ ...phase.tasks[0], id: "loans", dependsOn: ["books"], requirementIds: ["R-3"] }],
        },
      ],
      waivers: [],
    };
    const [requirement] = requirements;
    if (!requirement) throw new Error("no requirement");
    const later = { ...input, requirements: [{ ...requirement, id: "R-3" }], earlierPhases: plan.phases };
    const { model, seen } = createRecitingModel(loans);
    expect((await taskGenerator.run(later, { model })).value.phases[0]?.id).toBe("loans");
    const shown = JSON.parse(readPromptSection(seen[0]?.prompt ?? "", "earlier-phases")?.content ?? "[]");
    expect(shown).toMatchObject([{ id: "foundation", tasks: [{ id: "core" }, { id: "books" }] }]);
    await expect(
      taskGenerator.run({ ...later, requirements }, { model: createRecitingModel(plan).model }),
    ).rejects.toThrow(/task id "core" is used more than once/);
  });
});
