import { readPromptSection } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { analysis, createRecitingModel, plan, specification } from "../_test-inputs.ts";
import { type DocumentKind, documentKinds } from "./document-kinds.ts";
import { documentationAgent } from "./documentation-agent.ts";

const input = {
  kind: "readme" as DocumentKind,
  project: { name: "shelf", title: "Book Shelf" },
  analysis,
  plan,
  specification,
  files: [{ path: "src/server.js", size: 120 }],
  excerpts: [{ path: "src/server.js", content: "listen(process.env.PORT);" }],
  criteriaResults: [
    { id: "FC001", description: "Health answers", passed: true, summary: "200 as expected" },
    { id: "FC002", description: "Looks good", passed: undefined },
  ],
};

async function write(kind: DocumentKind, ...answers: string[]) {
  return documentationAgent.run({ ...input, kind }, { model: createRecitingModel(...answers).model });
}

describe("the documentation agent", () => {
  it("shows the files, the results and, last, what to write", async () => {
    const { model, seen } = createRecitingModel("# Book Shelf\n");
    await documentationAgent.run(input, { model });
    const prompt = seen[0]?.prompt ?? "";
    expect(readPromptSection(prompt, "project-files")?.content).toBe("src/server.js (120 bytes)");
    expect(readPromptSection(prompt, "file")).toMatchObject({
      attributes: { path: "src/server.js" },
      content: "listen(process.env.PORT);",
    });
    const results = JSON.parse(readPromptSection(prompt, "acceptance-criteria")?.content ?? "[]");
    expect(results).toMatchObject([
      { id: "FC001", result: "passed" },
      { id: "FC002", result: "not checked" },
    ]);
    expect(readPromptSection(prompt, "document")).toMatchObject({ attributes: { kind: "readme" } });
    expect(prompt.trimEnd().endsWith("</document>")).toBe(true);
  });

  it.each(Object.entries(documentKinds))("knows what a %s holds and where it stands", (kind, path) => {
    const prompt = documentationAgent.prompt({ ...input, kind: kind as DocumentKind });
    expect(readPromptSection(prompt, "document")?.content).toMatch(new RegExp(`${path}[\\s\\S]*\\n- `));
  });

  it("takes off a fence around the whole answer and leaves fences inside", async () => {
    const text = "# Book Shelf\n\n```sh\nnpm start\n```";
    expect((await write("readme", `\`\`\`markdown\n${text}\n\`\`\``)).value).toBe(`${text}\n`);
    expect((await write("readme", text)).value).toBe(`${text}\n`);
  });

  it("has an architecture without a diagram repaired", async () => {
    const good = "# Architecture\n\n```mermaid\nflowchart LR\n  a --> b\n```\n";
    expect(await write("architecture", "# Architecture\n\nParts.", good)).toMatchObject({ value: good, calls: 2 });
  });

  it("has a document repaired that begins with chatter or leaves a block open", async () => {
    await expect(write("api", "Here it is:\n# API\n")).rejects.toThrow("does not begin with a heading");
    await expect(write("api", "# API\n\n```http\nGET /\n")).rejects.toThrow("not closed");
  });
});
