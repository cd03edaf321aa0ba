import { type Evidence, readPromptSection } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { criterion, plan, requirements, specification } from "../_test-inputs.ts";
import { renderTaskPrompt } from "./render-task-prompt.ts";

const [phase] = plan.phases;
const [, task] = phase?.tasks ?? [];
if (!phase || !task) throw new Error("no task");
const options = {
  project: { name: "shelf", title: "Book Shelf" },
  task,
  phase,
  requirements,
  criteria: [criterion],
  context: specification,
  executorModel: "claude-opus-5-5",
  mcpInstructions: "Use memory.",
  attempt: 1,
};

describe("a task prompt", () => {
  it("holds the sections of the convention", () => {
    const { prompt } = renderTaskPrompt(options);
    expect(readPromptSection(prompt, "specification")).toMatchObject({
      content: specification.text,
      attributes: { complete: "true", title: "Book Shelf" },
    });
    expect(JSON.parse(readPromptSection(prompt, "task")?.content ?? "")).toEqual(task);
    expect(JSON.parse(readPromptSection(prompt, "phase")?.content ?? "")).toMatchObject({ id: "foundation" });
    expect(JSON.parse(readPromptSection(prompt, "acceptance-criteria")?.content ?? "")).toEqual([criterion]);
    expect(readPromptSection(prompt, "mcp-policy")?.content).toBe("Use memory.");
    expect(readPromptSection(prompt, "executor")?.attributes.model).toBe("claude-opus-5-5");
    expect(readPromptSection(prompt, "requirements")?.content.split("\n")).toHaveLength(2);
    expect(readPromptSection(prompt, "evidence")).toBeUndefined();
    expect(prompt).not.toContain("attempt");
  });

  it("says where the rest of the specification is when it shows a part", () => {
    const part = { ...options, context: { text: "A part.", complete: false } };
    expect(renderTaskPrompt(part).prompt).toContain("artifacts/specification.md");
    expect(renderTaskPrompt(options).prompt).not.toContain("artifacts/specification.md");
  });

  it("shows what failed checks saw, without what passed and with the end of a long output", () => {
    const evidence: Evidence = {
      criterionId: "FC001",
      phaseId: "foundation",
      checkKind: "http",
      passed: false,
      summary: "expected 200, received 404",
      observations: [
        { passed: true, what: "ready", expected: "an answer", received: "200" },
        { passed: false, what: "status", expected: "200", received: "404" },
      ],
      startedAt: "2026-01-01T00:00:00Z",
      durationMs: 5,
      commit: undefined,
      output: `${"x".repeat(9_000)}the end`,
    };
    const { prompt } = renderTaskPrompt({
      ...options,
      attempt: 2,
      evidence: [evidence],
      earlierFailure: "it ran out of turns",
    });
    const [shown] = JSON.parse(readPromptSection(prompt, "evidence")?.content ?? "[]");
    expect(shown).toMatchObject({ criterionId: "FC001", failed: [{ what: "status" }] });
    expect(shown.output).toMatch(/^x+the end$/);
    expect(shown.output).toHaveLength(4_000);
    expect(prompt).toContain("This is attempt 2.");
    expect(prompt).toContain("it ran out of turns");
  });

  it("names the builder in the first line of what is appended to the system prompt, and carries the project's instructions", () => {
    const { systemAppend } = renderTaskPrompt({ ...options, instructions: "# Book Shelf\n\nTabs." });
    expect(systemAppend.split("\n")[0]).toBe("You are the builder of CCB (Claude Code Builder).");
    expect(systemAppend).toContain("# Book Shelf\n\nTabs.");
    expect(renderTaskPrompt(options).systemAppend).not.toContain("What holds for the whole project");
  });
});
