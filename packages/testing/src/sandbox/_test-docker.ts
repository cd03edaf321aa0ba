import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createDocker } from "./_docker.ts";

/** A Docker daemon for tests: of the machine, or one of the test's own. */
export interface TestDocker extends AsyncDisposable {
  host: string | undefined;
}

export const hasDocker =
  (await createDocker()(["version"])).code === 0 || (process.getuid?.() === 0 && existsSync("/usr/sbin/dockerd"));

/** The machine's daemon where one answers; else one of its own with its own folders, which needs root and ends with the scope. */
export async function startTestDocker(): Promise<TestDocker> {
  if ((await createDocker()(["version"])).code === 0)
    return { host: undefined, [Symbol.asyncDispose]: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), "ccb-docker-"));
  const host = `unix://${folder}/docker.sock`;
  const places = [
    "--data-root",
    `${folder}/data`,
    "--exec-root",
    `${folder}/exec`,
    "--pidfile",
    `${folder}/pid`,
    "--host",
    host,
  ];
  const network = ["--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"];
  const daemon = spawn("dockerd", [...places, ...network], { stdio: "ignore" });
  const docker = createDocker(host);
  const end = async () => {
    const { stdout } = await docker(["ps", "--all", "--quiet"]);
    const containers = stdout.split("\n").filter((id) => id !== "");
    if (containers.length > 0) await docker(["rm", "--force", ...containers]);
    const ended = new Promise((resolve) => daemon.once("exit", resolve));
    daemon.kill("SIGTERM");
    await Promise.race([ended, sleep(15_000)]);
    daemon.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (let turn = 0; turn < 120; turn += 1) {
    if ((await docker(["version"])).code === 0) return { host, [Symbol.asyncDispose]: end };
    if (daemon.exitCode !== null) break;
    await sleep(250);
  }
  await end();
  throw new Error("dockerd did not start within 30 s.");
}
