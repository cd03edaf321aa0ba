import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { BuildEvent } from "@ccb/core";
import { renderDivergence } from "@ccb/gateway";
import { createScriptedModel } from "@ccb/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { planTestBuild } from "../../test-support/run-build.ts";
import { type FileTask, renderFilesSpecification, scriptFiles } from "../../test-support/scripted-files.ts";
import { startBuild } from "../start-build.ts";
import { startReplay } from "./start-replay.ts";

const secret = "sk-ant-api03-of-the-documentation-0123456789";
let cwd = "";
let service: Server;
let url = "";
let asked: string[] = [];
/** Answers to what context7 asks about a library's documentation. */
let answerDocs: (response: ServerResponse) => void;

const lock = JSON.stringify({
  lockfileVersion: 3,
  packages: { "": { name: "parts" }, "node_modules/shelf": { version: "1.0.0" } },
});
const tasks: FileTask[] = [{ id: "one", writes: { "package-lock.json": lock } }];

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "ccb-asked-"));
  asked = [];
  answerDocs = (response) => void response.end(`Use express.Router() to group routes. Never publish ${secret}.`);
  const library = { id: "/expressjs/express", title: "Express", description: "web framework", totalSnippets: 9 };
  // Context7's API as its server calls it, and OSV's.
  service = createServer((request, response) => {
    const path = request.url?.split("?")[0] ?? "";
    asked.push(path);
    request.resume();
    response.setHeader("content-type", "application/json");
    if (path.includes("/libs/search")) response.end(JSON.stringify({ results: [library] }));
    else if (path === "/v1/querybatch") response.end(JSON.stringify({ results: [{ vulns: [{ id: "GHSA-1" }] }] }));
    else if (path.startsWith("/v1/vulns")) response.end(JSON.stringify({ id: "GHSA-1", summary: "Falls over" }));
    else answerDocs(response);
  });
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});

afterEach(() => {
  service.closeAllConnections();
  service.close();
  rmSync(cwd, { recursive: true, force: true, maxRetries: 5 });
});

const plain = () => ({ PATH: process.env.PATH ?? "", HOME: cwd });

async function build(onStart: (stop: () => void) => void = () => undefined) {
  writeFileSync(join(cwd, "spec.md"), renderFilesSpecification(tasks));
  const notes = { notes: [{ text: "Group routes with Router.", sources: ["S1"] }], unanswered: [] };
  const content = [{ type: "text" as const, text: JSON.stringify(notes) }];
  await using model = await createScriptedModel({
    rules: [{ when: "research-agent", reply: { content } }, ...scriptFiles(tasks, { technologies: ["Express"] })],
  });
  const running = startBuild({
    ...planTestBuild({ cwd, url: model.url }),
    environment: { ...plain(), CONTEXT7_API_URL: `${url}/api`, CCB_OSV_URL: url },
  });
  onStart(() => running.stop());
  for await (const _ of running.events);
  return (await running.result).outcome;
}

/** Builds again with the services counted but dead, and without their addresses. */
async function replay(into: string, keepGoing = false) {
  asked = [];
  answerDocs = (response) => void response.destroy();
  const running = startReplay({ directory: "out", into, cwd, environment: plain(), keepGoing });
  const events: BuildEvent[] = [];
  for await (const event of running.events) events.push(event);
  return { result: await running.result, events };
}

const folder = () => join(cwd, "out", ".checkpoints", "cassettes", "run_0001");
const readCall = (name: string) => gunzipSync(readFileSync(join(folder(), name))).toString("utf8");
const findCall = (path: string) =>
  readdirSync(folder()).find((name) => name.startsWith("call_") && readCall(name).includes(`"path":"${path}"`)) ?? "";

it("plays back what context7 and the vulnerability database answered; nobody is asked", async () => {
  expect(await build()).toBe("done");
  expect(new Set(asked)).toEqual(
    new Set(["/api/v2/libs/search", "/api/v2/context", "/v1/querybatch", "/v1/vulns/GHSA-1"]),
  );
  const kept = readCall(findCall("context7 query-docs"));
  expect(kept).toContain("Use express.Router()");
  expect(kept).not.toContain(secret);

  // What a user changed of the notes is not what a replay goes by.
  writeFileSync(join(cwd, "out", "artifacts", "research", "express.md"), "changed");
  const { result, events } = await replay("again");
  expect(result.divergences).toEqual([]);
  expect(result).toMatchObject({ same: true, outcome: "done", calls: { questions: 5 } });
  expect(asked).toEqual([]);
  expect(events.findLast((event) => event.type === "packages-checked")).toMatchObject({ found: [{ id: "GHSA-1" }] });
  const page = readFileSync(join(cwd, "again", "artifacts", "research", "express.md"), "utf8");
  expect(page).toContain("Group routes with Router. [S1]");
});

it("names a question that has no recorded answer or another one, and asks nobody", async () => {
  expect(await build()).toBe("done");
  const name = findCall("context7 resolve-library-id");
  const whole = readFileSync(join(folder(), name));
  rmSync(join(folder(), name));
  const missing = await replay("missing");
  expect(missing.result.same).toBe(false);
  expect(missing.result.divergences.map(renderDivergence)[0]).toMatch(
    /^CCB asks context7 resolve-library-id in run 1 what has no recorded answer: .* Nobody was asked\.$/,
  );
  expect(asked).toEqual([]);

  const other = gunzipSync(whole).toString("utf8").replace('"libraryName":"Express"', '"libraryName":"Koa"');
  writeFileSync(join(folder(), name), gzipSync(other));
  const changed = await replay("changed", true);
  const [first] = changed.result.divergences;
  expect(first && renderDivergence(first)).toMatch(
    /^CCB asks context7 resolve-library-id something else than it did in run 1 \(call \d+\): arguments\.libraryName\.$/,
  );
  expect(first?.diff).toMatch(/-Koa\n\+Express$/m);
  // The nearest answer was given, so all that comes after it is the same.
  expect(changed.result.divergences).toHaveLength(1);
  expect(changed.result.tree?.same).toBe(true);
  expect(asked).toEqual([]);
});

it("a build that was stopped under a question and gone on with comes out the same", async () => {
  let stop = () => {};
  answerDocs = () => stop();
  expect(
    await build((stopIt) => {
      stop = stopIt;
    }),
  ).toBe("stopped");
  answerDocs = (response) => void response.end("Use express.Router() to group routes.");
  expect(await build()).toBe("done");
  const { result } = await replay("again");
  expect(result.divergences).toEqual([]);
  expect(result).toMatchObject({ same: true, runs: 2, outcome: "done" });
  expect(asked).toEqual([]);
});
