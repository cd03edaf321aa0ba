import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { createTestProject, isRunning, renderService, waitFor } from "../_test-project.ts";
import { startService } from "./start-service.ts";

const service = { command: "node server.mjs", readyPath: "/health" };

test("a service answers at its URL until it is stopped", async () => {
  const extra = `console.log("up"); process.on("SIGTERM", () => { console.log("closing"); process.exit(0); });`;
  await using project = await createTestProject({ "server.mjs": renderService({ extra }) });
  await using running = await startService({ service, cwd: project.cwd });
  expect(running.url).toBe(`http://127.0.0.1:${running.port}`);
  expect(await (await fetch(`${running.url}/health`)).json()).toEqual({ status: "ok" });
  expect(running.ending()).toBeUndefined();
  expect(await running.stop()).toEqual({ killed: false, portFree: true });
  expect(running.output()).toBe("up\nclosing\n");
  expect(running.ending()).toMatch(/ended/);
  expect(await running.stop()).toEqual({ killed: false, portFree: true });
  await expect(fetch(running.url)).rejects.toThrow();
});

test("the signal stops a service that runs", async () => {
  await using project = await createTestProject({ "server.mjs": renderService() });
  const controller = new AbortController();
  await using running = await startService({ service, cwd: project.cwd, signal: controller.signal });
  const pid = Number(await readFile(join(project.cwd, "pid.txt"), "utf8"));
  controller.abort();
  await waitFor(() => !isRunning(pid) && running.ending() !== undefined);
});

test("the signal stops a service that is not ready yet", async () => {
  const source = `import { writeFileSync } from "node:fs"; writeFileSync("pid.txt", String(process.pid)); setInterval(() => {}, 1000);`;
  await using project = await createTestProject({ "server.mjs": source });
  const controller = new AbortController();
  const starting = startService({ service, cwd: project.cwd, signal: controller.signal });
  const readPid = () => readFile(join(project.cwd, "pid.txt"), "utf8").catch(() => "");
  await waitFor(async () => (await readPid()) !== "");
  controller.abort(new Error("enough"));
  await expect(starting).rejects.toThrow("enough");
  expect(isRunning(Number(await readPid()))).toBe(false);
});

test("a port that another program took in between is replaced by another", async () => {
  // Stands for the race: the first start finds its port taken, the second does not.
  const source = `import { existsSync, writeFileSync } from "node:fs";
import { env } from "node:process";
if (!existsSync("first.txt")) {
  writeFileSync("first.txt", env.PORT);
  console.error("listen EADDRINUSE: address already in use :::" + env.PORT);
  process.exit(1);
}
await import("./service.mjs");`;
  await using project = await createTestProject({ "server.mjs": source, "service.mjs": renderService() });
  await using running = await startService({ service, cwd: project.cwd });
  expect((await fetch(`${running.url}/health`)).status).toBe(200);
});

test("what still listens after the stop is reported", async () => {
  await using project = await createTestProject({ "server.mjs": renderService() });
  await using running = await startService({ service, cwd: project.cwd });
  await running.stop();
  const squatter = createServer().listen(running.port, "127.0.0.1");
  await once(squatter, "listening");
  expect((await running.stop()).portFree).toBe(false);
  await new Promise((resolve) => squatter.close(resolve));
});

test("a program that crashes takes its services with it", async () => {
  const source = pathToFileURL(join(import.meta.dirname, "start-service.ts")).href;
  await using project = await createTestProject({
    "server.mjs": renderService({ extra: 'writeFileSync("folder.txt", env.DATA_DIR);' }),
    "crash.mjs": `const { startService } = await import(${JSON.stringify(source)});
await startService({ service: ${JSON.stringify({ ...service, env: { DATA_DIR: "{{tmp}}" } })}, cwd: import.meta.dirname });
throw new Error("crashed");`,
  });
  const program = spawn(process.execPath, ["--conditions=ccb-source", "crash.mjs"], { cwd: project.cwd });
  let errors = "";
  program.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  await once(program, "close");
  expect(errors).toContain("crashed");
  const pid = Number(await readFile(join(project.cwd, "pid.txt"), "utf8"));
  await waitFor(() => !isRunning(pid));
  const folder = await readFile(join(project.cwd, "folder.txt"), "utf8");
  expect(existsSync(folder)).toBe(false);
});
