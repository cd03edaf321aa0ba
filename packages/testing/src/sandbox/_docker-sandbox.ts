import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CcbError } from "@ccb/core";
import type { Launch, Launcher } from "../process/launcher.ts";
import { megabytes } from "./_cgroup.ts";
import { createDocker, type Docker, dockerEnvironment, hostWords } from "./_docker.ts";
import { buildRuntimeImage } from "./_docker-image.ts";
import { relayPort } from "./_relay-port.ts";
import { runInSandbox } from "./_run-in-sandbox.ts";
import { hazards, type Sandbox, type SandboxFinding, type SandboxPlaces } from "./sandbox.ts";

export interface DockerOptions {
  /** As in `docker --host`. */
  host?: string | undefined;
  /** Default: one made of this machine's own programs. */
  image?: string | undefined;
}

/** Reaps what is left to it and waits; `init` of Docker is not everywhere. */
const keepAlive = 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done';

/**
 * A container of the project that is used again as long as it is set up in the same way: memory, processors and processes limited, no network, the system read only,
 * no root, no capabilities. What runs in it is ended when it is opened and closed; files of the project and of the home stay.
 */
export async function createDockerSandbox(places: SandboxPlaces, options: DockerOptions): Promise<Sandbox> {
  const docker = createDocker(options.host);
  const image = options.image ?? (await buildRuntimeImage(docker));
  const words = planContainer(places, image);
  const name = `ccb-${createHash("sha256").update(JSON.stringify(words)).digest("hex").slice(0, 20)}`;
  await openToUser(places);
  await openContainer(docker, { name, words });
  let restarts = 0;
  const launcher = makeLauncher({ docker, name, places, host: options.host, onRestart: () => restarts++ });
  let seen: LimitCounts = { ...(await readLimits(docker, name)), restarts };
  const findLimits = async (): Promise<SandboxFinding[]> => {
    const before = seen;
    seen = { ...(await readLimits(docker, name)), restarts };
    return compareLimits({ before, after: seen, places });
  };
  const close = async () => void (await docker(["stop", "--time", "1", name]));
  const { limits, network } = places;
  return {
    kind: "docker",
    description: `Docker container ${name} of ${image}: ${megabytes(limits)}, ${limits.cpus} CPU, ${limits.processes} processes, ${network ? "with network" : "no network"}, system read only, not root`,
    contains: hazards.filter((hazard) => hazard !== "network" || !network),
    launcher,
    run: (command) => runInSandbox({ places, launcher, findLimits }, command),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function planContainer(places: SandboxPlaces, image: string): string[] {
  const { limits, directory, state } = places;
  const mount = (path: string, readOnly: boolean) => ["--volume", `${path}:${path}${readOnly ? ":ro" : ""}`];
  const git = join(directory, ".git");
  return [
    ...["--network", places.network ? "host" : "none", "--read-only", "--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges", "--user", containerUser()],
    ...["--memory", String(limits.memoryBytes), "--memory-swap", String(limits.memoryBytes)],
    ...["--cpus", String(limits.cpus), "--pids-limit", String(limits.processes), "--ulimit", "nofile=4096:4096"],
    ...["--tmpfs", "/tmp:rw,exec,mode=1777,size=256m"],
    ...mount(directory, false),
    ...(existsSync(git) ? mount(git, true) : []),
    ...places.hidden.flatMap((path) => ["--tmpfs", `${path}:ro,size=4k`]),
    ...places.readable.flatMap((path) => mount(path, true)),
    ...mount(state, false),
    ...["--workdir", directory, image, "/bin/sh", "-c", keepAlive],
  ];
}

/** The caller, so that files belong to them; nobody special where the caller is root. */
function containerUser(): string {
  const user = process.getuid?.() ?? 1_000;
  return user === 0 ? "1000:1000" : `${user}:${process.getgid?.() ?? user}`;
}

/** Where the caller is root and the container is not, the project is opened to it; the repository stays closed. */
async function openToUser({ directory, state, hidden }: SandboxPlaces): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const run = promisify(execFile);
  const closed = [join(directory, ".git"), ...hidden.filter((path) => !state.startsWith(`${path}/`))];
  const skip = closed.flatMap((path) => ["-path", path, "-prune", "-o"]);
  for (const [folder, words] of [
    [directory, skip],
    [state, []],
  ] as const) {
    await run("find", [folder, ...words, "!", "-type", "l", "-exec", "chmod", "go+rwX", "{}", "+"]);
  }
}

async function openContainer(docker: Docker, { name, words }: { name: string; words: string[] }): Promise<void> {
  const state = (await docker(["inspect", "--format", "{{.State.Running}}", name])).stdout.trim();
  // What an earlier run of this program left in it is ended with it.
  if (state === "true") await docker(["kill", name]);
  const answer =
    state === "" ? await docker(["run", "--detach", "--name", name, ...words]) : await docker(["start", name]);
  if (answer.code === 0) return;
  throw new CcbError({
    code: "io-failed",
    message: `The container ${name} did not start: ${answer.stderr.trim()}.`,
    hint: `Remove it with: docker rm --force ${name}`,
  });
}

interface Inside {
  docker: Docker;
  name: string;
  places: SandboxPlaces;
  host: string | undefined;
  /** Called when the container had to be started anew to end what ran in it. */
  onRestart: () => void;
}

function makeLauncher({ docker, name, places, host, onRestart }: Inside): Launcher {
  return {
    keepers: ["docker"],
    folder: join(places.state, "tmp"),
    async plan(request): Promise<Launch> {
      const { PATH = "", HOME = "", ...env } = request.env;
      // Values come from the environment of the command line, so they stand in no process list.
      const names = Object.keys(env).flatMap((key) => ["--env", key]);
      const words = [
        "exec",
        ...names,
        "--env",
        `PATH=/usr/local/bin:${PATH}`,
        "--env",
        `HOME=${HOME}`,
        "--workdir",
        request.cwd,
        name,
      ];
      return {
        file: "docker",
        args: [...hostWords(host), ...words, "/bin/sh", "-c", request.command],
        env: { ...env, ...dockerEnvironment() },
      };
    },
    signalInside: (mark, signal) => signalInside(docker, { name, mark, signal, onRestart }),
    ...(places.network
      ? {}
      : { openPort: (port: number) => relayPort(join(places.state, "run"), port, { isShared: true }) }),
  };
}

interface SignalInside extends Pick<Inside, "name" | "onRestart"> {
  mark: string;
  signal: "SIGTERM" | "SIGKILL";
}

/** Signals all processes in the container that have the mark. Where not even that can be started any more, the container is started anew. */
async function signalInside(docker: Docker, at: SignalInside): Promise<number> {
  const kill = `kill -${at.signal.slice(3)} \${folder#/proc/} 2>/dev/null && count=$((count+1))`;
  const script = `count=0; for folder in /proc/[0-9]*; do if grep -qs '${at.mark}' $folder/environ; then ${kill}; fi; done; echo $count`;
  const answer = await docker(["exec", at.name, "/bin/sh", "-c", script], { timeoutMs: 10_000 });
  if (answer.code === 0) return Number(answer.stdout.trim());
  if (at.signal === "SIGTERM") return 0;
  await docker(["kill", at.name]);
  await docker(["start", at.name]);
  at.onRestart();
  return 1;
}

interface LimitCounts {
  killed: number;
  refused: number;
  restarts: number;
}

/** How often the kernel killed for memory and refused a process; from inside, where the container sees its own group. */
async function readLimits(docker: Docker, name: string): Promise<Omit<LimitCounts, "restarts">> {
  const files =
    "/sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control /sys/fs/cgroup/pids.events /sys/fs/cgroup/pids/pids.events";
  const { stdout } = await docker(["exec", name, "/bin/sh", "-c", `cat ${files} 2>/dev/null; true`], {
    timeoutMs: 10_000,
  });
  const count = (word: string) =>
    Math.max(0, ...[...stdout.matchAll(new RegExp(`^${word} (\\d+)$`, "gm"))].map(([, value]) => Number(value)));
  return { killed: count("oom_kill"), refused: count("max") };
}

function compareLimits(seen: { before: LimitCounts; after: LimitCounts; places: SandboxPlaces }): SandboxFinding[] {
  const { before, after, places } = seen;
  const findings: SandboxFinding[] = [];
  const most = places.limits.processes;
  if (after.restarts > before.restarts) {
    const message = `The limit of ${most} processes was reached, so that not even a signal could be sent; the container was started anew.`;
    return [{ hazard: "processes", message }];
  }
  const killed = after.killed - before.killed;
  const refused = after.refused - before.refused;
  if (killed > 0)
    findings.push({
      hazard: "memory",
      message: `The limit of ${megabytes(places.limits)} was reached; ${killed} process(es) were killed.`,
    });
  if (refused > 0)
    findings.push({
      hazard: "processes",
      message: `The limit of ${most} processes was reached; ${refused} were refused.`,
    });
  return findings;
}
