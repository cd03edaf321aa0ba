import { readPromptSection } from "@ccb/core";
import { expect, it } from "vitest";
import { analysis, createRecitingModel, plan, specification } from "../_test-inputs.ts";
import { instructionBuilder } from "./instruction-builder.ts";

const input = { projectName: "Shelf", specification, analysis, plan };
const command = { name: "seed-data", description: "Fill it", steps: ["Post books."] };
const guidance = { conventions: ["Tabs."], architecture: [], pitfalls: [], commands: [command] };

it("shows specification, analysis and plan and gives the guidance", async () => {
  const { model, seen } = createRecitingModel(guidance);
  expect((await instructionBuilder.run(input, { model })).value).toEqual(guidance);
  const prompt = seen[0]?.prompt ?? "";
  for (const name of ["specification", "analysis", "plan"]) expect(readPromptSection(prompt, name)).toBeDefined();
});

it("has a command repaired that exists already or twice", async () => {
  const wrong = { ...guidance, commands: [command, command, { ...command, name: "next-task" }] };
  await expect(instructionBuilder.run(input, { model: createRecitingModel(wrong).model })).rejects.toThrow(
    /"seed-data" is listed twice[\s\S]*"next-task" exists already/,
  );
  expect((await instructionBuilder.run(input, { model: createRecitingModel(wrong, guidance).model })).calls).toBe(2);
});
