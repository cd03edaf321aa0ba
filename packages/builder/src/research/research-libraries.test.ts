import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Analysis, type BuildEventBody, type Plan, systemClock } from "@ccb/core";
import { mandatoryServers } from "@ccb/mcp";
import { createAnthropicModel } from "@ccb/models";
import { openStore } from "@ccb/store";
import { createScriptedModel } from "@ccb/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createJournal } from "../journal/create-journal.ts";
import { journalMigrations } from "../journal/journal-migrations.ts";
import { parseNpmLock, parseRequirements } from "./list-packages.ts";
import { describeResearch, type ResearchBench, researchLibraries } from "./research-libraries.ts";

let root = "";
let service: Server;
let asked: string[] = [];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "ccb-research-"));
  asked = [];
  const library = { id: "/expressjs/express", title: "Express", description: "web framework", totalSnippets: 9 };
  // Context7's API as its server calls it: a search that answers with JSON, a context that answers with text.
  service = createServer((request, response) => {
    asked.push(request.url?.split("?")[0] ?? "");
    if (request.url?.includes("/libs/search")) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ results: [library] }));
    } else response.end("Use express.Router() to group routes.");
  });
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  service.closeAllConnections();
  service.close();
  rmSync(root, { recursive: true, force: true });
});

const task = {
  id: "routes",
  name: "Routes",
  description: "Serve them.",
  dependsOn: [],
  files: [],
  requirementIds: [],
  size: "S" as const,
};
const plan: Plan = {
  phases: [{ id: "service", name: "Service", goal: "A service with Express.", tasks: [task] }],
  waivers: [],
};
const analysis: Analysis = {
  projectName: "Shop",
  projectType: "REST service",
  summary: "A shop.",
  complexity: "simple",
  complexityScore: 5,
  complexityReasons: [],
  technologies: ["Node.js", "Express"],
  components: [],
  risks: [],
  openQuestions: [],
  estimatedHours: 1,
};

async function research(options: { unavailable?: boolean; notes?: unknown } = {}) {
  const answer = options.notes ?? { notes: [{ text: "Group routes with Router.", sources: ["S1"] }], unanswered: [] };
  const content = [{ type: "text" as const, text: JSON.stringify(answer) }];
  await using model = await createScriptedModel({ rules: [{ when: "research-agent", reply: { content } }] });
  const events: BuildEventBody[] = [];
  using store = openStore({ path: join(root, "build.db"), migrations: [journalMigrations] });
  const context7Url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/api`;
  const bench: ResearchBench = {
    build: "b-1",
    servers: mandatoryServers({ projectDirectory: root, context7Url }),
    unavailable: new Map(options.unavailable ? [["context7", "no network"]] : []),
    emit: (event) => void events.push(event),
    model: createAnthropicModel({ model: "claude-opus-5-5", baseUrl: () => model.url, apiKey: "sk-ant-test" }),
    webSearch: undefined,
    askOutside: (_, live) => live(),
    environment: { PATH: process.env.PATH ?? "" },
    journal: createJournal({ store, clock: systemClock }),
    signal: new AbortController().signal,
    clock: systemClock,
    paths: { root, artifacts: join(root, "artifacts") },
  };
  const result = await researchLibraries(bench, { analysis, plan });
  return { result, events, calls: model.totals().calls };
}

it("asks context7 through its real server, keeps cited notes, gives them to the phase, and asks once", async () => {
  const first = await research();
  expect(first.result).toEqual({ pages: 1 });
  expect(asked).toEqual(["/api/v2/libs/search", "/api/v2/context"]);
  const page = readFileSync(join(root, "artifacts", "research", "express.md"), "utf8");
  expect(page).toContain("- Group routes with Router. [S1]");
  expect(page).toContain("- S1: Express documentation, context7 /expressjs/express");
  const [section] = await describeResearch(join(root, "artifacts"), "service");
  expect(section).toContain('<research library="Express">');
  expect(section).toContain("Group routes with Router. [S1]");
  expect(await describeResearch(join(root, "artifacts"), "other")).toEqual([]);

  expect((await research()).calls).toBe(0);
  expect(asked).toHaveLength(2);
});

it("says plainly that nothing was looked up, and goes on, without a server or with notes that cite nothing known", async () => {
  const without = await research({ unavailable: true });
  expect(without).toMatchObject({ result: { pages: 0 }, calls: 0 });
  expect(without.events).toMatchObject([{ message: expect.stringContaining("Nothing was looked up about Express") }]);
  const invented = await research({ notes: { notes: [{ text: "Trust me.", sources: ["S7"] }], unanswered: [] } });
  expect(invented.result).toEqual({ pages: 0 });
  expect(invented.events).toMatchObject([{ message: expect.stringContaining("Nothing was found out about Express") }]);
  expect(existsSync(join(root, "artifacts", "research", "express.md"))).toBe(false);
});

it("reads packages with their versions from lock files, and none from what is no lock file", () => {
  const lock = JSON.stringify({
    lockfileVersion: 3,
    packages: {
      "": { name: "shop", version: "1.0.0" },
      "node_modules/express": { version: "5.1.0" },
      "node_modules/a/node_modules/@scope/b": { version: "2.0.0" },
      "node_modules/linked": { version: "1.0.0", link: true },
    },
  });
  expect(parseNpmLock(lock).map(({ name, version }) => `${name}@${version}`)).toEqual([
    "express@5.1.0",
    "@scope/b@2.0.0",
  ]);
  expect(parseNpmLock("no json")).toEqual([]);
  expect(parseRequirements("Flask==3.0.1\nzope.interface [x] == 6.0 # why\nrequests>=2\n")).toEqual([
    { ecosystem: "PyPI", name: "flask", version: "3.0.1" },
  ]);
  expect(parseRequirements("zope.interface[test]==6.0")).toEqual([
    { ecosystem: "PyPI", name: "zope-interface", version: "6.0" },
  ]);
});
