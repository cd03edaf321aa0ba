import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { CcbError } from "@ccb/core";
import { createDocker } from "./_docker.ts";
import { createDockerSandbox, type DockerOptions } from "./_docker-sandbox.ts";
import { createHostSandbox, planBubblewrap } from "./_host-sandbox.ts";
import {
  defaultSandboxLimits,
  hazards,
  type Sandbox,
  type SandboxKind,
  type SandboxLimits,
  type SandboxPlaces,
} from "./sandbox.ts";

export interface CreateSandboxOptions {
  /** The project; an absolute path. */
  directory: string;
  /** Default: the first that this machine has, of docker, bubblewrap and local. */
  kind?: SandboxKind | undefined;
  limits?: Partial<SandboxLimits> | undefined;
  /** True to let programs reach the network; default: false. */
  network?: boolean | undefined;
  /** Where home, caches and the Docker container's ways in are kept between runs; default `.checkpoints/sandbox` in the project. */
  stateDirectory?: string | undefined;
  /** Folders of the project that programs must not see; default `.checkpoints`, `.memory` and `logs`. */
  hidden?: readonly string[] | undefined;
  /** More folders that programs may read, absolute. */
  readable?: readonly string[] | undefined;
  docker?: DockerOptions | undefined;
  /** Asked before programs run without isolation; the question names what is not contained. Without it, that is refused. */
  onLocal?: ((question: string) => Promise<boolean>) | undefined;
}

/** What this machine has, in the order in which it is preferred. */
export interface SandboxChoice {
  kind: SandboxKind;
  isThere: boolean;
  /** Why not, or what was found. */
  reason: string;
}

/** Looks which sandboxes this machine has. */
export async function detectSandboxes(docker?: DockerOptions): Promise<SandboxChoice[]> {
  return [
    { kind: "docker", ...(await detectDocker(docker)) },
    { kind: "bubblewrap", ...(await detectBubblewrap()) },
    {
      kind: "local",
      isThere: true,
      reason: "every machine has it; it limits memory and processes, not files and network",
    },
  ];
}

/**
 * Opens a sandbox for a project: the kind that is asked for, else the best that is there. Rejects with a CcbError: `io-failed` when the kind is not there or does not start,
 * `stopped` when running without isolation was not agreed to.
 */
export async function createSandbox(options: CreateSandboxOptions): Promise<Sandbox> {
  const choices = await detectSandboxes(options.docker);
  const choice = choices.find(({ kind, isThere }) => (options.kind ? kind === options.kind : isThere));
  if (!choice?.isThere) {
    const message = `The sandbox "${options.kind}" is not on this machine: ${choice?.reason}.`;
    throw new CcbError({
      code: "io-failed",
      message,
      hint: "Install it, or leave the kind open to take what is there.",
    });
  }
  const places = await preparePlaces(options);
  if (choice.kind === "docker") return createDockerSandbox(places, options.docker ?? {});
  if (choice.kind === "bubblewrap") return createBubblewrapSandbox(places);
  return createLocalSandbox(places, options.onLocal);
}

async function preparePlaces(options: CreateSandboxOptions): Promise<SandboxPlaces> {
  const directory = realpathSync(options.directory);
  const state = resolve(options.stateDirectory ?? join(directory, ".checkpoints", "sandbox"));
  for (const name of ["home", "tmp", "run"]) await mkdir(join(state, name), { recursive: true });
  const hidden = (options.hidden ?? [".checkpoints", ".memory", "logs"]).map((name) => join(directory, name));
  return {
    directory,
    state,
    hidden: hidden.filter((path) => existsSync(path)),
    readable: [...(options.readable ?? [])],
    network: options.network ?? false,
    limits: { ...defaultSandboxLimits, ...options.limits },
  };
}

function createBubblewrapSandbox(places: SandboxPlaces): Sandbox {
  const { limits, network } = places;
  return createHostSandbox({
    kind: "bubblewrap",
    places,
    wrap: ({ cwd }, shell) => [...planBubblewrap(places, cwd), ...shell],
    // In a user namespace of its own, the limit counts the processes of the sandbox alone. Root is exempt from it.
    limitInside: `ulimit -u ${limits.processes} 2>/dev/null || ulimit -p ${limits.processes} 2>/dev/null; `,
    keepers: ["bwrap"],
    contains: hazards.filter((hazard) => hazard !== "network" || !network),
    description: (how) =>
      `bubblewrap: ${renderLimits(limits)} (${how}), ${network ? "with network" : "no network"}, system read only, not root`,
  });
}

async function createLocalSandbox(places: SandboxPlaces, onLocal: CreateSandboxOptions["onLocal"]): Promise<Sandbox> {
  const question = `Run the generated program in ${places.directory} without isolation? It can read and write what you can, and reach the network.`;
  if (!(await onLocal?.(question))) {
    throw new CcbError({
      code: "stopped",
      message:
        "There is neither Docker nor bubblewrap, and running the generated program without isolation was not agreed to.",
      hint: "Install bubblewrap (Debian: apt-get install bubblewrap) or Docker, or agree to run it without.",
    });
  }
  return createHostSandbox({
    kind: "local",
    places,
    wrap: (_request, shell) => shell,
    limitInside: "",
    keepers: [],
    contains: ["processes", "memory", "stubborn"],
    description: (how) =>
      `no isolation: ${renderLimits(places.limits)} (${how}); files and network are open to the program`,
  });
}

function renderLimits({ memoryBytes, processes }: SandboxLimits): string {
  return `${Math.round(memoryBytes / 1024 ** 2)} MB of memory, ${processes} processes`;
}

async function detectDocker(options: DockerOptions = {}): Promise<Omit<SandboxChoice, "kind">> {
  const { code, stdout, stderr } = await createDocker(options.host)(["version", "--format", "{{.Server.Version}}"], {
    timeoutMs: 10_000,
  });
  if (code === 0) return { isThere: true, reason: `Docker ${stdout.trim()} answers` };
  return {
    isThere: false,
    reason: code === 127 ? "docker is not installed" : (stderr.trim().split("\n")[0] ?? "no daemon answers"),
  };
}

async function detectBubblewrap(): Promise<Omit<SandboxChoice, "kind">> {
  const words = ["--unshare-user", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "true"];
  return promisify(execFile)("bwrap", words, { timeout: 10_000 }).then(
    () => ({ isThere: true, reason: "bwrap makes namespaces here" }),
    (error: NodeJS.ErrnoException & { stderr?: string }) => ({
      isThere: false,
      reason: error.code === "ENOENT" ? "bwrap is not installed" : (error.stderr ?? error.message).trim(),
    }),
  );
}
