import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { offlineModelId } from "@ccb/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runFilesBuild } from "../../test-support/run-files-build.ts";
import { analyzeBuild } from "../report/analyze-build.ts";
import { readBuildRecord } from "../report/read-build-record.ts";
import { renderReportMarkdown, renderReportText } from "../report/render-report.ts";
import { renderReportHtml } from "../report/render-report-html.ts";
import { checkProjectPackages } from "./check-vulnerabilities.ts";

let cwd = "";
let server: Server;
let url = "";

const lock = JSON.stringify({
  lockfileVersion: 3,
  packages: { "": { name: "parts" }, "node_modules/shelf": { version: "1.0.0" } },
});
const record = {
  id: "GHSA-0000-test-0001",
  summary: "Prototype pollution in <shelf>",
  affected: [
    { package: { ecosystem: "npm", name: "shelf" }, ranges: [{ type: "SEMVER", events: [{ fixed: "1.2.3" }] }] },
  ],
  database_specific: { severity: "CRITICAL" },
};

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "ccb-packages-"));
  // A copy of OSV's API: POST /v1/querybatch, GET /v1/vulns/{id}.
  server = createServer((request, response) => {
    request.resume();
    const batch = { results: [{ vulns: [{ id: record.id }] }] };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(request.method === "POST" ? batch : record));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(cwd, { recursive: true, force: true, maxRetries: 5 });
});

function build(osvUrl: string) {
  const environment = { PATH: process.env.PATH ?? "", HOME: cwd, CCB_OSV_URL: osvUrl };
  return runFilesBuild({
    cwd,
    tasks: [{ id: "lock", writes: { "package-lock.json": lock } }],
    options: { environment },
  });
}

describe("the end of a build", () => {
  it("tells of known vulnerabilities of the locked packages, in every form of the report too", async () => {
    const { result, events } = await build(url);
    expect(result.outcome).toBe("done");
    const found = [
      {
        name: "shelf",
        version: "1.0.0",
        id: record.id,
        severity: "CRITICAL",
        summary: record.summary,
        fixedIn: "1.2.3",
      },
    ];
    expect(events).toContainEqual(expect.objectContaining({ type: "packages-checked", packages: 1, found }));
    const written = JSON.parse(readFileSync(join(cwd, "out", "artifacts", "vulnerabilities.json"), "utf8"));
    expect(written).toMatchObject({ status: "checked", found: [{ id: record.id }] });

    const analytics = analyzeBuild(readBuildRecord(join(cwd, "out")));
    expect(analytics.packages).toEqual({ packages: 1, found });
    expect(analytics.mcp.policy.rate).toBe(1);
    expect(analytics.mcp.policy.tasks).toMatchObject([{ task: "lock", attempts: 1 }]);
    for (const form of [renderReportText, renderReportMarkdown, renderReportHtml].map((render) => render(analytics))) {
      expect(form).toContain("shelf 1.0.0");
      expect(form).toContain("1.2.3");
      expect(form).toMatch(/MCP compliance by task/);
      expect(form.replaceAll("\\", "")).toMatch(/memory.*task_complete.*required.*1 of 1.*100 %/s);
    }
    expect(renderReportHtml(analytics)).not.toContain("<shelf>");
  });

  it("does not fail where the database cannot be reached, and says plainly that nothing is known", async () => {
    server.close();
    const { result, events } = await build(url);
    expect(result.outcome).toBe("done");
    const notChecked = expect.stringContaining("could not be asked: ECONNREFUSED");
    expect(events).toContainEqual(expect.objectContaining({ type: "packages-checked", packages: 1, notChecked }));
    expect(renderReportText(analyzeBuild(readBuildRecord(join(cwd, "out"))))).toMatch(/Not checked +The vulnerability/);
  });
});

it("asks nobody in an offline build, and nobody where no lock file says a version", async () => {
  const told: unknown[] = [];
  const check = (id: string, environment: Record<string, string>) =>
    checkProjectPackages({
      emit: (event) => void told.push(event),
      environment,
      askOutside: (_, live) => live(),
      signal: new AbortController().signal,
      model: { id },
      paths: { root: cwd, artifacts: join(cwd, "artifacts") },
    });
  expect(await check(offlineModelId, {})).toBe("no package to look up");
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ dependencies: { express: "^5.0.0" } }));
  expect(await check("claude-opus-5-5", { CCB_OSV_URL: url })).toBe("1 packages not checked for vulnerabilities");
  expect(told).toMatchObject([{ notChecked: expect.stringContaining("npm install --package-lock-only") }]);
  writeFileSync(join(cwd, "package-lock.json"), lock);
  await check(offlineModelId, {});
  expect(told[1]).toMatchObject({ packages: 1, notChecked: expect.stringContaining("The build is offline") });
});
