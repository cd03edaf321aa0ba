import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import { checkVulnerabilities, type PackageVersion } from "./check-vulnerabilities.ts";

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A loopback copy of the API as its documentation shows it: POST /v1/querybatch, GET /v1/vulns/{id}. */
async function serve(answer: (path: string, body: string) => unknown): Promise<string> {
  server = createServer(async (request, response) => {
    const found = answer(request.url ?? "", await text(request));
    response.statusCode = found === undefined ? 404 : 200;
    response.setHeader("content-type", "application/json");
    response.end(typeof found === "string" ? found : JSON.stringify(found ?? { code: 5, message: "Bug not found." }));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const npm = (name: string, version: string): PackageVersion => ({ ecosystem: "npm", name, version });

/** A record in the shape of https://ossf.github.io/osv-schema/. */
const record = {
  id: "GHSA-0000-test-0001",
  modified: "2026-01-01T00:00:00Z",
  schema_version: "1.6.0",
  aliases: ["CVE-2026-0001"],
  summary: "Prototype pollution in shelf",
  affected: [
    { package: { ecosystem: "npm", name: "other" }, ranges: [{ type: "SEMVER", events: [{ fixed: "9.9.9" }] }] },
    {
      package: { ecosystem: "npm", name: "shelf" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "1.2.3" }] }],
    },
  ],
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
  database_specific: { severity: "CRITICAL" },
};

it("names what is vulnerable, how badly, and where it is fixed", async () => {
  const bodies: string[] = [];
  const url = await serve((path, body) => {
    if (path === "/v1/querybatch") {
      bodies.push(body);
      return { results: [{}, { vulns: [{ id: record.id, modified: record.modified }] }] };
    }
    return path === `/v1/vulns/${record.id}` ? record : undefined;
  });
  const report = await checkVulnerabilities({ packages: [npm("fine", "1.0.0"), npm("shelf", "1.0.0")], url });
  expect(JSON.parse(bodies[0] ?? "")).toEqual({
    queries: [
      { package: { name: "fine", ecosystem: "npm" }, version: "1.0.0" },
      { package: { name: "shelf", ecosystem: "npm" }, version: "1.0.0" },
    ],
  });
  expect(report).toEqual({
    status: "checked",
    packages: 2,
    found: [
      {
        package: npm("shelf", "1.0.0"),
        id: record.id,
        aliases: ["CVE-2026-0001"],
        summary: "Prototype pollution in shelf",
        severity: "CRITICAL",
        fixedIn: "1.2.3",
        url: `https://osv.dev/vulnerability/${record.id}`,
      },
    ],
  });
});

it("says plainly that nothing was checked: without a network, at an error, at nonsense and in silence", async () => {
  const packages = [npm("shelf", "1.0.0")];
  const reasonAt = async (url: string, timeoutMs = 5000) => {
    const report = await checkVulnerabilities({ packages, url, timeoutMs });
    return report.status === "not-checked" ? report.reason : report;
  };
  expect(await reasonAt("http://127.0.0.1:9")).toContain("could not be asked");
  expect(await reasonAt(await serve(() => undefined))).toContain("it answered 404");
  server?.close();
  expect(await reasonAt(await serve(() => ({ results: "many" })))).toContain("not what the OSV schema says");
  server?.close();
  const silent = await serve(() => "{}");
  server?.removeAllListeners("request");
  expect(await reasonAt(silent, 200)).toContain("did not answer in time");
});

it("asks nobody for no packages, and stops when it is not wanted any more", async () => {
  expect(await checkVulnerabilities({ packages: [], url: "http://127.0.0.1:9" })).toMatchObject({ status: "checked" });
  const aborted = AbortSignal.abort(new Error("enough"));
  const asking = checkVulnerabilities({ packages: [npm("a", "1")], url: "http://127.0.0.1:9", signal: aborted });
  await expect(asking).rejects.toThrow("enough");
});
