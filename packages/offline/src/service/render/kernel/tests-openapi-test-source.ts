/** Text of `tests/openapi.test.js` in a generated service. */
export const testsOpenapiTestSource = `import assert from "node:assert/strict";
import { test } from "node:test";
import { loadFolder } from "../src/resource/load.js";
import { settings } from "../src/settings.js";
import { startService } from "./support.js";

test("describes every route of every resource", async (context) => {
  const service = await startService(context);
  const { status, body } = await service.call("GET", settings.openApiPath);
  assert.equal(status, 200);
  assert.equal(body.openapi, "3.1.0");
  for (const resource of await loadFolder("resources")) {
    for (const route of resource.routes) {
      assert.ok(body.paths[route.path]?.[route.method.toLowerCase()], \`\${route.method} \${route.path}\`);
    }
  }
});

test("describes nothing that is not there", async (context) => {
  const service = await startService(context);
  const { body } = await service.call("GET", settings.openApiPath);
  for (const [path, operations] of Object.entries(body.paths)) {
    const answer = await service.call("OPTIONS", path.replaceAll(/\\{\\w+\\}/g, "x"));
    assert.equal(answer.status, 405);
    const allowed = answer.headers.get("allow").split(", ");
    for (const method of Object.keys(operations)) assert.ok(allowed.includes(method.toUpperCase()), \`\${method} \${path}\`);
  }
});

test("names only schemas that it defines, and every operation once", async (context) => {
  const service = await startService(context);
  const { body } = await service.call("GET", settings.openApiPath);
  for (const [, name] of JSON.stringify(body).matchAll(/"#\\/components\\/schemas\\/([^"]+)"/g)) {
    assert.ok(body.components.schemas[name], name);
  }
  const ids = Object.values(body.paths).flatMap((operations) => Object.values(operations).map((operation) => operation.operationId).filter(Boolean));
  assert.equal(new Set(ids).size, ids.length);
});
`;
