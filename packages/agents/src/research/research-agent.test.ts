import { readPromptSection } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { analysis, createRecitingModel, plan } from "../_test-inputs.ts";
import { planResearch } from "./plan-research.ts";
import { renderResearchPage, researchAgent } from "./research-agent.ts";

const sources = [
  { id: "S1", title: "Express routing", origin: "https://expressjs.com/guide/routing", text: "Use express.Router()." },
  { id: "S2", title: "Other", origin: "context7", text: "Nothing." },
];
const notes = { notes: [{ text: "Use Router.", sources: ["S1"] }], unanswered: ["Rate limits"] };

describe("the research agent", () => {
  it("is shown the question and the sources, and gives notes that cite them", async () => {
    const { model, seen } = createRecitingModel(notes);
    const { value } = await researchAgent.run({ question: "How?", sources }, { model });
    expect(value).toEqual(notes);
    expect(JSON.parse(readPromptSection(seen[0]?.prompt ?? "", "sources")?.content ?? "")).toEqual(sources);
    expect(seen[0]?.system.split("\n")[0]).toBe("You are the research-agent agent of CCB (Claude Code Builder).");
  });

  it("is told of a citation that nobody gave it", () => {
    const invented = { notes: [{ text: "Trust me.", sources: ["S9"] }], unanswered: [] };
    expect(researchAgent.check?.(invented, { question: "How?", sources })).toEqual([
      'The note "Trust me." cites S9; there are only S1, S2.',
    ]);
    expect(researchAgent.check?.(notes, { question: "How?", sources })).toEqual([]);
  });

  it("becomes a page that names the sources that were used", () => {
    const page = renderResearchPage({ title: "Express", question: "How?", sources, notes, at: "2026-01-01" });
    expect(page).toContain("- Use Router. [S1]");
    expect(page).toContain("- S1: Express routing, https://expressjs.com/guide/routing");
    expect(page).not.toContain("S2:");
    expect(page).toContain("## Not answered\n\n- Rate limits");
  });
});

describe("the questions of a plan", () => {
  const ask = (technologies: string[]) => planResearch({ analysis: { ...analysis, technologies }, plan });

  it("are one a library, for the phases that speak of it, and none about what every model knows", () => {
    expect(ask(["Node.js", "TypeScript", "node 24", "SQLite", "REST API"])).toEqual([]);
    const [first, second] = ask(["Express", "Socket.IO", "Express"]);
    expect(first).toMatchObject({ id: "express", library: "Express", phases: [plan.phases[0]?.id] });
    expect(second?.id).toBe("socket-io");
    expect(ask(["Express", "express"]).map(({ id }) => id)).toEqual(["express"]);
  });

  it("are few", () => {
    expect(ask(Array.from({ length: 30 }, (_, at) => `lib${at}`))).toHaveLength(6);
  });
});
