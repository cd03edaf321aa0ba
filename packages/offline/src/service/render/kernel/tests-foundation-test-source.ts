/** Text of `tests/foundation.test.js` in a generated service. */
export const testsFoundationTestSource = `import assert from "node:assert/strict";
import { test } from "node:test";
import { createRouter } from "../src/http/router.js";
import { checkValue } from "../src/resource/check-value.js";
import { settings } from "../src/settings.js";
import { startService } from "./support.js";

test("tells that it works", async (context) => {
  const service = await startService(context);
  const answer = await fetch(new URL(settings.healthPath, service.url));
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { status: "ok" });
});

test("answers an unknown path with 404 and a JSON error", async (context) => {
  const service = await startService(context);
  const answer = await service.call("GET", "/no/such/path");
  assert.equal(answer.status, 404);
  assert.equal(typeof answer.body, "object");
});

test("answers a method that a path does not have with 405 and the ones it has", async (context) => {
  const service = await startService(context);
  const answer = await service.call("DELETE", settings.healthPath);
  assert.equal(answer.status, 405);
  assert.match(answer.headers.get("allow"), /GET/);
});

test("prefers fixed path segments to parameters", () => {
  const routes = ["/things/{id}", "/things/latest"].map((path) => ({ method: "GET", path, handle: () => ({ status: 200 }) }));
  const router = createRouter(routes);
  assert.equal(router.match("GET", "/things/latest").route.path, "/things/latest");
  assert.deepEqual(router.match("GET", "/things/a%20b").params, { id: "a b" });
  assert.deepEqual(router.match("GET", "/things/%zz"), { allow: [] });
});

test("counts characters, not bytes or code units", () => {
  const now = new Date();
  assert.equal(checkValue({ type: "string", maxLength: 2 }, "👍👍", now), undefined);
  assert.match(checkValue({ type: "string", maxLength: 2 }, "abc", now), /at most 2/);
});

test("knows dates that do not exist", () => {
  const now = new Date();
  assert.equal(checkValue({ type: "date" }, "2028-02-29", now), undefined);
  assert.match(checkValue({ type: "date" }, "2027-02-29", now), /must be a date/);
  assert.match(checkValue({ type: "datetime" }, "2027-01-01T10:00:00", now), /must be a date and time/);
});
`;
