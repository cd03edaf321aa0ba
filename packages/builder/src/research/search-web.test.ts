import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPromptSection } from "@ccb/core";
import type { CostForecast } from "@ccb/cost";
import { createScriptedModel } from "@ccb/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runBuild } from "../../test-support/run-build.ts";
import { type FileTask, renderFilesSpecification, scriptFiles } from "../../test-support/scripted-files.ts";
import { startWebSearchModel } from "../../test-support/web-search-model.ts";
import type { BuildOptions } from "../build-options.ts";
import { startReplay } from "../replay/start-replay.ts";
import { readBuildRecord } from "../report/read-build-record.ts";

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ccb-web-"));
});

afterEach(() => rmSync(cwd, { recursive: true, force: true, maxRetries: 5 }));

/** Builds a product that stands on libraries; context7's service cannot be reached here. */
async function build(can: "search" | "no search", options: Partial<BuildOptions> = {}) {
  const tasks: FileTask[] = [{ id: "one", writes: { "one.txt": "1" } }];
  await writeFile(join(cwd, "spec.md"), renderFilesSpecification(tasks));
  const prompts: string[] = [];
  const notes = { notes: [{ text: "Group routes with express.Router.", sources: ["S1"] }], unanswered: [] };
  await using model = await createScriptedModel({
    rules: [
      {
        when: "research-agent",
        reply: ({ firstUserText }) => {
          prompts.push(firstUserText);
          return { content: [{ type: "text", text: JSON.stringify(notes) }] };
        },
      },
      ...scriptFiles(tasks, { technologies: ["Express", "Zod"] }),
    ],
  });
  const searching = await startWebSearchModel(model.url, can);
  try {
    const { result, events } = await runBuild({ cwd, url: searching.url, options });
    const warnings = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    const forecast = events.findLast((event) => event.type === "forecast-made");
    const saved = JSON.parse(readFileSync(join(cwd, "out", "artifacts", "forecast.json"), "utf8")) as CostForecast;
    const assumptions = saved.assumptions.join("\n");
    return { result, warnings, prompts, asked: searching.asked, forecast, assumptions };
  } finally {
    searching.close();
  }
}

it("without a search server the model server's own search is asked: cited notes in the artifacts, each search priced in the ledger", async () => {
  const { result, prompts, asked, assumptions } = await build("search");
  expect(assumptions).toContain("2 libraries are looked up, each with 2 web searches (low 1, high 3)");
  expect(result.outcome).toBe("done");
  expect(asked).toHaveLength(2);
  expect(asked[0]).toEqual([{ type: "web_search_20250305", name: "web_search", max_uses: 3 }]);
  expect(readPromptSection(prompts[0] ?? "", "sources")?.content).toContain("Use the express.Router class");
  const page = readFileSync(join(cwd, "out", "artifacts", "research", "express.md"), "utf8");
  expect(page).toContain("- Group routes with express.Router. [S1]");
  expect(page).toContain("- S1: Express routing, https://expressjs.com/en/guide/routing.html");

  const calls = readBuildRecord(join(cwd, "out")).calls.filter(({ agent }) => agent === "web-searcher");
  // claude-opus-5-5 by hand: 2000 tokens at 4 and 50 at 20 US dollars a million, and one search at a cent.
  expect(calls.map(({ costMicroUsd, usage }) => [costMicroUsd, usage.webSearchRequests])).toEqual([
    [8000 + 1000 + 10_000, 1],
    [8000 + 1000 + 10_000, 1],
  ]);

  // The same comes out without any server, dates of pages included.
  const environment = { PATH: process.env.PATH ?? "", HOME: cwd };
  const replayed = await startReplay({ directory: "out", into: "again", cwd, environment }).result;
  expect(replayed).toMatchObject({ same: true, divergences: [] });
});

it("a server that cannot search is asked once, and the build goes on and says that nothing was found out", async () => {
  const { result, asked, warnings } = await build("no search");
  expect(result.outcome).toBe("done");
  expect(asked).toHaveLength(1);
  expect(warnings).toContainEqual(
    expect.stringMatching(/^Nothing was found out about Express: .*web search failed: .*is not known here/s),
  );
});

it("a search that nobody wants is not made", async () => {
  const { asked, warnings, assumptions } = await build("search", { webSearch: false });
  // Nor does context7 answer here, so there is nothing to pay for.
  expect(assumptions).not.toContain("looked up");
  expect(asked).toEqual([]);
  expect(warnings).toContainEqual(expect.stringMatching(/^Nothing was looked up about Express, Zod: .*no web search/));
  expect(existsSync(join(cwd, "out", "artifacts", "research", "express.md"))).toBe(false);

  // Nor in a replay.
  const environment = { PATH: process.env.PATH ?? "", HOME: cwd };
  const replayed = await startReplay({ directory: "out", into: "again", cwd, environment }).result;
  expect(replayed).toMatchObject({ same: true, divergences: [] });
});
