/** Text of `tests/hardening.test.js` in a generated service. */
export const testsHardeningTestSource = `import assert from "node:assert/strict";
import { test } from "node:test";
import { loadFolder } from "../src/resource/load.js";
import { settings } from "../src/settings.js";
import { startService } from "./support.js";

/** A route that reads a body and needs no parent: what is refused before the handler runs is the same for all. */
async function findWritePath() {
  const resources = await loadFolder("resources");
  return resources.flatMap((resource) => resource.routes).find((route) => route.action === "create" && route.parent === undefined)?.path;
}

test("refuses bodies that are no JSON, too large or of another type", async (context) => {
  const service = await startService(context);
  const path = await findWritePath();
  if (path === undefined) return;
  assert.equal((await service.call("POST", path, "{ broken")).status, 400);
  assert.equal((await service.call("POST", path, "a=b", { "content-type": "application/x-www-form-urlencoded" })).status, 415);
  assert.equal((await service.call("POST", path, "[]")).status, settings.status.validation);
  assert.equal((await service.call("POST", path, "null")).status, settings.status.validation);
  const large = JSON.stringify({ text: "x".repeat(settings.bodyLimitBytes) });
  assert.equal((await service.call("POST", path, large)).status, 413);
});

test("treats quotes and SQL in values as text", async (context) => {
  const service = await startService(context);
  for (const resource of await loadFolder("resources")) {
    const route = resource.routes.find((candidate) => candidate.action === "list" && candidate.parent === undefined);
    if (route === undefined || resource.searchable.length === 0) continue;
    const text = encodeURIComponent(\`' OR 1=1; DROP TABLE \${resource.table}; --\`);
    assert.equal((await service.call("GET", \`\${route.path}?\${settings.searchParam}=\${text}\`)).status, 200);
    assert.equal((await service.call("GET", route.path)).status, 200);
  }
});

test("tells clients nothing about its inside", async (context) => {
  const service = await startService(context);
  const answer = await service.call("GET", "/%00/..%2f..%2fetc");
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.doesNotMatch(JSON.stringify(answer.body), /node:|\\.js:\\d/);
});
`;
