import { documentKinds } from "@ccb/agents";
import { renderPromptSection } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { planService } from "../plan/plan-service.ts";
import { readPrompt } from "../request/read-prompt.ts";
import { parseServiceModel, planServiceParts, renderServicePart } from "../service/index.ts";
import { writeDocument } from "./write-document.ts";

const specification = `# Tool Library

A REST service that lends tools to members.

## Members

| field | type | rules |
|---|---|---|
| email | email | required, unique |

## Tools

| field | type | rules |
|---|---|---|
| name | string | required, max 80 |
| kind | enum (hand, power) | default hand |
| owner_id | reference to Member | required |

- Tools can be created, read, updated, listed and deleted.
- Members can be created, read, updated, listed and deleted.
- All requests need a bearer token from \`LIBRARY_TOKEN\`.
- Members must receive a reminder by email.
`;

const model = parseServiceModel(specification);
const files = planServiceParts(model).flatMap((part) => renderServicePart(model, part.id));

/** The document as the agent's prompt asks for it, with all files of the service or only those that pass. */
function write(kind: string, isThere: (path: string) => boolean = () => true): string {
  const plan = planService(
    readPrompt(section("specification", specification, { complete: "true", title: "Tool Library" })),
  );
  const there = files.filter((file) => isThere(file.path));
  const sections = [
    section("specification", specification, { complete: "true", title: "Tool Library" }),
    section("plan", JSON.stringify(plan)),
    section("project-files", there.map((file) => `${file.path} (${file.content.length} bytes)`).join("\n")),
    ...there.map((file) => section("file", file.content, { path: file.path })),
    section(
      "acceptance-criteria",
      JSON.stringify([{ id: "FC001", description: "Health answers.", result: "passed", summary: "200" }]),
    ),
    section("document", "Write it.", { kind }),
  ];
  return writeDocument(readPrompt(sections.join("\n\n")));
}

function section(name: string, content: string, attributes: Record<string, string> = {}): string {
  return renderPromptSection({ name, attributes, content });
}

describe("writeDocument", () => {
  it("names the endpoints, fields, variables and errors of the service that was built", () => {
    const api = write("api");
    for (const path of ["/tools", "/tools/{id}", "/members", "/health", "/openapi.json"]) expect(api).toContain(path);
    expect(api).toContain('one of `hand`, `power`; default `"hand"`');
    expect(api).toContain("Authorization: Bearer <value of LIBRARY_TOKEN>");
    expect(write("deployment")).toMatch(/`DATABASE_FILE` \| `data\/service\.db`/);
    expect(write("testing")).toContain("| FC001 | Health answers. | passed | 200 |");
  });

  it("shows requests whose bodies keep the rules of the fields", () => {
    const body = /-d '(\{.*"kind".*\})'/.exec(write("user-guide"))?.[1];
    expect(JSON.parse(body ?? "")).toMatchObject({
      name: expect.any(String),
      kind: expect.stringMatching(/^(?:hand|power)$/),
      owner_id: expect.stringContaining("id of a member"),
    });
  });

  it("does not describe a resource whose files are missing", () => {
    const api = write("api", (path) => !path.includes("tools"));
    expect(api).toContain("/members");
    expect(api).not.toContain("/tools");
  });

  it("says in the README what was left out, and in every document who wrote it", () => {
    expect(write("readme")).toContain("The offline model cannot build this: ");
    for (const kind of Object.keys(documentKinds)) {
      const text = write(kind);
      expect(text).toMatch(/^# .*Tool Library/);
      expect(text.trimEnd()).toMatch(/not a language model[^\n]*$/);
    }
  });

  it("links only to documents and files that the project has", () => {
    const known = new Set<string>([...Object.values(documentKinds), ...files.map((file) => file.path)]);
    const links = [...write("readme").matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? "");
    expect(links.filter((link) => !known.has(link))).toEqual([]);
  });
});
