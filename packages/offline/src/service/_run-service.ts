import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { planServiceParts } from "./plan-service-parts.ts";
import { renderServicePart } from "./render-service-part.ts";
import type { ServiceModel } from "./service-model.ts";

/** For tests: a folder that is removed at the end of the scope. */
export function createTestFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "offline-service-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** For tests: writes the files of a service, all parts or the first few. */
export function writeService(model: ServiceModel, folder: string, count = Number.POSITIVE_INFINITY): void {
  for (const part of planServiceParts(model).slice(0, count)) {
    for (const { path, content } of renderServicePart(model, part.id)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  }
}

/** For tests: runs the service's own tests; the output tells what failed. */
export async function runOwnTests(folder: string): Promise<{ passed: boolean; output: string }> {
  try {
    const { stdout } = await promisify(execFile)("npm", ["test", "--silent"], {
      cwd: folder,
      maxBuffer: 20_000_000,
    });
    return { passed: true, output: stdout };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return { passed: false, output: `${stdout}\n${stderr}` };
  }
}

export interface RunningService {
  url: string;
  /** Sends SIGTERM; gives the exit code of `npm start` once it ended. */
  stop: () => Promise<number | null>;
}

/** For tests: starts the service by `npm start` on a free port with a database of its own. */
export async function startService(model: ServiceModel, folder: string, credential: string): Promise<RunningService> {
  const variables = {
    [model.environment.port]: "0",
    [model.environment.databaseFile]: join(folder, "black-box.db"),
    ...(model.auth === null ? {} : { [model.auth.environment]: credential }),
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const child = spawn("env", [...settings, "npm", "start", "--silent"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    ended.then(() => ["the service ended before it was ready"]),
  ]);
  const url = /http:\S+/.exec(String(line))?.[0];
  if (url === undefined) throw new Error(`No URL in the first line of the service: ${String(line)}`);
  return {
    url,
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await ended;
      return code as number | null;
    },
  };
}

/** For tests: whether nothing listens on the port of a URL. */
export async function isPortFree(url: string): Promise<boolean> {
  const server = createServer();
  const result = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(Number(new URL(url).port), () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return result;
}
