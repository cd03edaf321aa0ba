import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConformancePoint } from "../check/test-check-kind.ts";
import { countCommands } from "../process/_list-processes.ts";
import { startService } from "../process/start-service.ts";
import type { CreateSandboxOptions } from "./create-sandbox.ts";
import type { Hazard, Sandbox, SandboxRun } from "./sandbox.ts";

export interface SandboxTrial {
  /** Opens the sandbox to be tested with these options and no others that change what it contains. */
  open: (options: CreateSandboxOptions) => Promise<Sandbox>;
}

const limits = { memoryBytes: 128 * 1024 ** 2, cpus: 1, processes: 40 };

/** Bounded: 300 sleepers at most, even where nothing limits them. */
const forkBomb = "i=0; while [ $i -lt 300 ]; do sleep 15 & i=$((i+1)); done; wait";
/** Bounded: half a gigabyte at most. */
const memoryHog =
  "node -e 'const held = []; for (let i = 0; i < 32; i++) held.push(Buffer.alloc(16 * 1024 * 1024, 1)); console.log(\"held all\")'";

/**
 * Holds a sandbox against the five hazards and against what projects need. A hazard that the sandbox says it does not contain is not tried; the point says so. Real programs run, which takes some
 * seconds; each is bounded, so that a sandbox that contains nothing does no harm either.
 */
export async function testSandbox(trial: SandboxTrial): Promise<ConformancePoint[]> {
  const outer = await mkdtemp(join(tmpdir(), "ccb-sandbox-"));
  const directory = join(outer, "project");
  await mkdir(join(directory, ".git"), { recursive: true });
  await mkdir(join(directory, ".checkpoints"));
  await writeFile(join(directory, ".checkpoints", "build.db"), "secret");
  await writeFile(join(outer, "outside.txt"), "untouched");
  const points: ConformancePoint[] = [];
  const stateDirectory = join(outer, "state");
  const sandbox = await trial.open({ directory, stateDirectory, limits });
  const look = async (name: string, find: () => Promise<string | undefined>) => {
    const problem = await find().catch(
      (error: unknown) => `threw ${error instanceof Error ? error.message : String(error)}`,
    );
    points.push({ name, problem });
  };
  const hazard = (name: Hazard, title: string, find: () => Promise<string | undefined>) =>
    sandbox.contains.includes(name)
      ? look(title, find)
      : look(`${title} (not contained by ${sandbox.kind}, which says so)`, async () => undefined);
  try {
    await look("says what it is", async () => (sandbox.description.length > 20 ? undefined : sandbox.description));
    await look("runs in the project, which keeps what is written", () => ordinaryProblem(sandbox, directory));
    await look("gives the exit code, and no environment but its own", () => exitProblem(sandbox));
    await hazard("processes", "a fork bomb is held, reported and gone", () => forkProblem(sandbox));
    await hazard("memory", "a memory hog is ended and reported", () => memoryProblem(sandbox));
    await hazard("network", "a call to this machine's network fails and is reported", () => networkProblem(sandbox));
    await hazard("write", "nothing outside and nothing hidden can be read or written", () =>
      writeProblem(sandbox, outer),
    );
    await hazard("stubborn", "what ignores SIGTERM is ended and reported", () => stubbornProblem(sandbox));
    await look("still works after all this", () => ordinaryProblem(sandbox, directory));
    await look("lets requests in to a service, also those of another command, and none after it", () =>
      serviceProblem(sandbox, directory),
    );
    await look("ends a command at the signal", () => signalProblem(sandbox));
    await look("runs several commands side by side", () => parallelProblem(sandbox));
  } finally {
    await sandbox.close();
  }
  const again = await trial.open({ directory, stateDirectory, limits });
  try {
    await look("has its files after it was closed and opened", () => stateProblem(again));
  } finally {
    await again.close();
    await rm(outer, { recursive: true, force: true, maxRetries: 5 });
  }
  return points;
}

async function ordinaryProblem(sandbox: Sandbox, directory: string): Promise<string | undefined> {
  const command = "pwd; echo kept > kept.txt; echo home > $HOME/home.txt; node -p 6*7; node --version";
  // A path that begins elsewhere, as a user's may, finds the same Node all the same.
  const run = await sandbox.run({ command, env: { PATH: "/usr/bin:/bin" } });
  const isRight = run.exitCode === 0 && run.stdout.includes(directory) && run.stdout.includes(`42\n${process.version}`);
  if (!isRight) return describe(run);
  if (run.findings.length > 0) return describe(run);
  const kept = await readFile(join(directory, "kept.txt"), "utf8").catch(() => "nothing");
  return kept === "kept\n" ? undefined : `kept.txt holds ${kept}`;
}

async function exitProblem(sandbox: Sandbox): Promise<string | undefined> {
  const run = await sandbox.run({ command: "env; exit 7", env: { GIVEN: "a 'quoted' value\nof two lines" } });
  if (run.exitCode !== 7 || !run.stdout.includes("GIVEN=a 'quoted' value\nof two lines")) return describe(run);
  return /API_KEY|npm_|VITEST/.test(run.stdout) ? "it inherited this process's environment" : undefined;
}

async function forkProblem(sandbox: Sandbox): Promise<string | undefined> {
  const run = await sandbox.run({ command: forkBomb, timeoutMs: 4_000 });
  const left = countCommands("sleep", "15");
  if (left > 0) return `${left} of its processes live on`;
  return found(run, "processes");
}

async function memoryProblem(sandbox: Sandbox): Promise<string | undefined> {
  const run = await sandbox.run({ command: memoryHog, timeoutMs: 20_000 });
  if (run.exitCode === 0 || run.stdout.includes("held all")) return `it got all it wanted; ${describe(run)}`;
  return found(run, "memory");
}

async function networkProblem(sandbox: Sandbox): Promise<string | undefined> {
  // A listener of this machine, outside of the sandbox.
  const listener = createServer((socket) => socket.end("reached")).listen(0, "127.0.0.1");
  await once(listener, "listening");
  try {
    const { port } = listener.address() as AddressInfo;
    const near = `require("net").connect(${port}, "127.0.0.1").on("data", (data) => console.log(String(data))).on("error", (error) => console.log(error.code))`;
    const far = `require("net").connect(80, "192.0.2.1").on("connect", () => console.log("reached")).on("error", (error) => console.error(error.code))`;
    const run = await sandbox.run({ command: `node -e '${near}; ${far}'`, timeoutMs: 10_000 });
    if (run.output.includes("reached")) return "the call went out";
    return found(run, "network");
  } finally {
    listener.close();
  }
}

async function writeProblem(sandbox: Sandbox, outer: string): Promise<string | undefined> {
  const attempts = [
    `echo changed > ${outer}/outside.txt`,
    "echo changed > /usr/ccb-was-here",
    "echo changed > /etc/ccb-was-here",
    "echo changed > .git/config",
    "echo changed > .checkpoints/build.db",
    "cat .checkpoints/build.db",
    `cat ${outer}/outside.txt`,
  ];
  const run = await sandbox.run({ command: attempts.map((attempt) => `(${attempt})`).join("; ") });
  if (/secret|untouched/.test(run.stdout)) return "it read what it must not see";
  const made = ["/usr/ccb-was-here", "/etc/ccb-was-here", join(outer, "project/.git/config")].find((path) =>
    existsSync(path),
  );
  if (made) return `${made} was written`;
  const outside = await readFile(join(outer, "outside.txt"), "utf8");
  const database = await readFile(join(outer, "project/.checkpoints/build.db"), "utf8");
  if (outside !== "untouched" || database !== "secret") return "a file outside was changed";
  return found(run, "write");
}

async function stubbornProblem(sandbox: Sandbox): Promise<string | undefined> {
  const run = await sandbox.run({ command: "trap '' TERM; echo up; while :; do sleep 1; done", timeoutMs: 500 });
  if (run.outcome !== "timed-out" || !run.stdout.includes("up")) return describe(run);
  return found(run, "stubborn");
}

async function serviceProblem(sandbox: Sandbox, directory: string): Promise<string | undefined> {
  const source = 'require("http").createServer((q, s) => s.end("inside")).listen(process.env.PORT, "127.0.0.1")';
  await writeFile(join(directory, "server.cjs"), source);
  const service = await startService({
    service: { command: "node server.cjs", readyPath: "/" },
    cwd: directory,
    launcher: sandbox.launcher,
  });
  const text = await fetch(service.url).then((answer) => answer.text());
  const client = `node -e 'fetch("${service.url}").then((answer) => answer.text()).then((text) => console.log("beside", text))'`;
  const beside = await sandbox.run({ command: service.reach(client), timeoutMs: 10_000 });
  const { portFree, killed } = await service.stop();
  if (text !== "inside") return `the answer was ${text}`;
  if (beside.stdout !== "beside inside\n") return `another command did not reach it; ${describe(beside)}`;
  if (killed) return "it had to be killed, though it ends at SIGTERM";
  return portFree ? undefined : "its port is still taken";
}

async function signalProblem(sandbox: Sandbox): Promise<string | undefined> {
  const reason = new Error("stopped by the conformance suite");
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 300);
  try {
    const run = await sandbox.run({ command: "sleep 16", signal: controller.signal });
    return `it did not reject; ${describe(run)}`;
  } catch (error) {
    if (error !== reason) return `it rejected with ${String(error)}`;
    const left = countCommands("sleep", "16");
    return left === 0 ? undefined : `${left} of its processes live on`;
  }
}

async function parallelProblem(sandbox: Sandbox): Promise<string | undefined> {
  const runs = await Promise.all([1, 2, 3].map((n) => sandbox.run({ command: `sleep 0.3; echo ${n}` })));
  const wrong = runs.find(({ exitCode, stdout }, index) => exitCode !== 0 || stdout.trim() !== String(index + 1));
  return wrong && describe(wrong);
}

async function stateProblem(sandbox: Sandbox): Promise<string | undefined> {
  const run = await sandbox.run({ command: "cat kept.txt $HOME/home.txt" });
  return run.stdout === "kept\nhome\n" ? undefined : describe(run);
}

function found(run: SandboxRun, hazard: Hazard): string | undefined {
  return run.findings.some((finding) => finding.hazard === hazard)
    ? undefined
    : `nothing was reported; ${describe(run)}`;
}

function describe({ outcome, exitCode, output, findings }: SandboxRun): string {
  return JSON.stringify({ outcome, exitCode, output: output.slice(-500), findings });
}
