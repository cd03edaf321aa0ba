/** Text of `tests/process.test.js` in a generated service. */
export const testsProcessTestSource = `import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { settings } from "../src/settings.js";

const entry = fileURLToPath(new URL("../src/server.js", import.meta.url));

test("starts, prints its URL, and ends cleanly on SIGTERM", { skip: process.platform === "win32" }, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "service-process-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const { port, databaseFile } = settings.environment;
  const variables = { [port]: "0", [databaseFile]: join(folder, "deep", "service.db") };
  if (settings.auth !== null) variables[settings.auth.environment] = "a-credential";
  const service = spawn(process.execPath, [entry], { env: { ...process.env, ...variables }, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(service, "exit");
  const [line] = await once(createInterface({ input: service.stdout }), "line");
  const url = /http:\\S+/.exec(line)[0];
  assert.equal((await fetch(new URL(settings.healthPath, url))).status, 200);
  service.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
  await assert.rejects(fetch(url));
});

test("refuses a port that is none", async () => {
  const variables = { [settings.environment.port]: "many" };
  const service = spawn(process.execPath, [entry], { env: { ...process.env, ...variables }, stdio: ["ignore", "ignore", "pipe"] });
  const output = service.stderr.setEncoding("utf8").toArray();
  const [code] = await once(service, "exit");
  assert.equal(code, 1);
  assert.match((await output).join(""), /port number/);
});
`;
