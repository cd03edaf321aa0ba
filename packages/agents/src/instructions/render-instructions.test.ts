import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { analysis, criterion, plan, requirements } from "../_test-inputs.ts";
import { type RenderInstructionsOptions, renderInstructions } from "./render-instructions.ts";

const options: RenderInstructionsOptions = {
  project: { name: "shelf", title: "Book Shelf" },
  analysis,
  plan,
  requirements,
  criteria: [{ phase: "foundation", criteria: [criterion] }],
  guidance: {
    conventions: ["Names are <long> & telling."],
    architecture: ["One process."],
    pitfalls: ["PORT is text."],
    commands: [{ name: "seed", description: 'Fill it with "sample" data', steps: ["Start it.", "Post books."] }],
  },
  mcpInstructions: "## MCP servers\n\nUse memory.",
};

function writeTemplates(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), "ccb-templates-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

function renderError(files: Record<string, string>): CcbError {
  try {
    renderInstructions({ ...options, templatesDirectory: writeTemplates(files) });
  } catch (error) {
    if (CcbError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("It was rendered.");
}

describe("the instruction files", () => {
  const files = new Map(renderInstructions(options).map(({ path, content }) => [path, content]));

  it("are CLAUDE.md, the commands and a page for each task", () => {
    expect([...files.keys()]).toEqual([
      "CLAUDE.md",
      ".claude/commands/next-task.md",
      ".claude/commands/run-tests.md",
      ".claude/commands/show-criteria.md",
      ".claude/commands/seed.md",
      "artifacts/instructions/core.md",
      "artifacts/instructions/books.md",
    ]);
  });

  it("hold what was decided, unescaped", () => {
    const text = files.get("CLAUDE.md") ?? "";
    expect(text).toMatch(/^# Book Shelf\n/);
    for (const part of [
      "Keeps books.",
      "- Names are <long> & telling.",
      "- One process.",
      "`books` Books",
      "Use memory.",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toMatch(/\n{3,}/);
  });

  it("say for a task what to build, on what it stands and when it is accepted", () => {
    const text = files.get("artifacts/instructions/books.md") ?? "";
    expect(text).toContain("Stands on: `core`.");
    expect(text).toContain("- `src/books.js`");
    expect(text).toContain("**R-1**: The service must keep books.");
    expect(text).toContain("### FC001: Health answers");
    expect(text).not.toContain("R-2");
  });

  it("hold the commands with a description that YAML can read", () => {
    expect(files.get(".claude/commands/seed.md")).toBe(
      '---\ndescription: "Fill it with \\"sample\\" data"\n---\n\n1. Start it.\n2. Post books.\n',
    );
  });
});

describe("a user's templates", () => {
  it("replace CCB's own one by one, and may set and loop over names of their own", () => {
    const directory = writeTemplates({
      "CLAUDE.md.njk":
        "{% set word = 'Mine' %}{{ word }}: {{ project.title }}\n{% for phase in plan.phases %}{% for task in phase.tasks %}{{ loop.index }} {{ task.id | upper }} {% endfor %}{% endfor %}\n{% macro twice(text) %}{{ text }}{{ text }}{% endmacro %}{{ twice('a') }}\n",
    });
    const files = renderInstructions({ ...options, templatesDirectory: directory });
    expect(files[0]?.content).toBe("Mine: Book Shelf\n1 CORE 2 BOOKS aa\n");
    expect(files[1]?.content).toContain("Work on the next open task");
  });

  it("with an unknown variable are refused with file, line and the names there are", () => {
    const error = renderError({ "CLAUDE.md.njk": "# {{ project.name }}\n\n{% if porject %}x{% endif %}\n" });
    expect(error.code).toBe("bad-input");
    expect(error.message).toMatch(
      /ccb-templates-\w+\/CLAUDE\.md\.njk, line 3, uses the variable "porject", which does not exist/,
    );
    expect(error.hint).toContain("project");
    expect(error.hint).toContain("guidance");
  });

  it("with an unknown field are refused with file and line", () => {
    const error = renderError({ "CLAUDE.md.njk": "# Hello\n{{ project.nmae }}\n" });
    expect(error.message).toMatch(/CLAUDE\.md\.njk, line 2, cannot be rendered: .* in: \{\{ project\.nmae \}\}/);
  });

  it("that are no templates are refused with file and line", () => {
    const error = renderError({ "command.md.njk": "ok\n{% for x in %}\n" });
    expect(error.message).toMatch(/command\.md\.njk, line 2, cannot be rendered: .*unexpected token/);
  });

  it("in a directory that does not exist are refused", () => {
    expect(() => renderInstructions({ ...options, templatesDirectory: "/no/such/folder" })).toThrow(/not a directory/);
  });
});
