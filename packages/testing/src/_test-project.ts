import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A project folder for a test, removed at the end of its scope. */
export interface TestProject extends AsyncDisposable {
  cwd: string;
}

/** Makes a project folder with the files given by name. */
export async function createTestProject(files: Readonly<Record<string, string>> = {}): Promise<TestProject> {
  const cwd = await mkdtemp(join(tmpdir(), "ccb-project-"));
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
  return { cwd, [Symbol.asyncDispose]: () => rm(cwd, { recursive: true, force: true }) };
}

/** True while the process lives; one that has ended and only waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    const stat = existsSync("/proc/self/stat") ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
    if (stat !== "") return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits for a condition that another process brings about. */
export async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error("The condition did not come true within 20 s.");
    await sleep(10);
  }
}

/** A small JSON service; `extra` runs before it listens, `route` may answer a request and return true. */
export function renderService({ extra = "", route = "", listen = "Number(env.PORT)" } = {}): string {
  return `
import { createServer } from "node:http";
import { writeFileSync, existsSync, readdirSync } from "node:fs";
import { spawn } from "node:child_process";
import { env } from "node:process";
writeFileSync("pid.txt", String(process.pid));
const notes = [];
${extra}
createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  const send = (status, body, headers = {}) =>
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers }).end(JSON.stringify(body));
  const { pathname } = new URL(request.url, "http://x");
  ${route}
  if (pathname === "/health") return send(200, { status: "ok" });
  if (pathname === "/env") return send(200, env);
  if (request.method === "POST") {
    let note;
    try { note = JSON.parse(text); } catch { return send(400, { error: "not JSON" }); }
    notes.push({ id: notes.length + 1, ...note });
    return send(201, notes.at(-1), { location: "/notes/" + notes.length });
  }
  const note = notes[Number(pathname.split("/")[2]) - 1];
  if (pathname === "/notes") return send(200, { items: notes, total: notes.length });
  return note ? send(200, note) : send(404, { error: "no such note" });
}).listen(${listen});
`;
}
