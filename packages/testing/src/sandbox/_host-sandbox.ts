import { randomUUID } from "node:crypto";
import { lstatSync, readlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Launch, Launcher, LaunchRequest } from "../process/launcher.ts";
import { type ControlGroup, openControlGroup } from "./_cgroup.ts";
import { relayPort } from "./_relay-port.ts";
import { runInSandbox } from "./_run-in-sandbox.ts";
import { type UsageWatch, watchUsage } from "./_watch-usage.ts";
import type { Hazard, Sandbox, SandboxFinding, SandboxPlaces } from "./sandbox.ts";

interface HostSandbox {
  kind: "bubblewrap" | "local";
  places: SandboxPlaces;
  /** Wraps the shell that runs the command. */
  wrap: (request: LaunchRequest, shell: string[]) => string[];
  /** Shell code that limits the shell where no control group does; ends with ";". */
  limitInside: string;
  keepers: readonly string[];
  contains: readonly Hazard[];
  description: (limits: string) => string;
}

/** A sandbox whose processes this machine's process table shows: each command has a control group of its own, or is watched where none can be made. */
export function createHostSandbox(made: HostSandbox): Sandbox {
  const { places, kind } = made;
  const bounds = new Map<string, ControlGroup | UsageWatch>();
  const found = new Map<string, SandboxFinding[]>();
  const hasGroups = probeControlGroups(places);
  const launcher: Launcher = {
    keepers: made.keepers,
    folder: join(places.state, "tmp"),
    async plan(request): Promise<Launch> {
      const group = openControlGroup(`ccb-${randomUUID()}`, places.limits);
      bounds.set(request.mark, group ?? watchUsage(request.mark, places.limits));
      // The outer shell joins the group, then becomes the sandbox; so nothing runs outside of it.
      const shell = made.wrap(request, ["/bin/sh", "-c", `${group ? "" : made.limitInside}${request.command}`]);
      return {
        file: "/bin/sh",
        args: ["-c", `${group?.join ?? ""}exec "$@"`, "sh", ...shell],
        env: withOwnNode(request.env),
      };
    },
    ...(kind === "bubblewrap" && !places.network
      ? { openPort: (port: number) => relayPort(join(places.state, "run"), port, { isShared: false }) }
      : {}),
    async onEnd(mark) {
      const bound = bounds.get(mark);
      bounds.delete(mark);
      found.set(mark, bound?.findings() ?? []);
      await bound?.close();
    },
  };
  const findLimits = async (mark: string): Promise<SandboxFinding[]> => {
    const findings = found.get(mark) ?? [];
    found.delete(mark);
    return findings;
  };
  const close = async () => {
    for (const mark of bounds.keys()) await launcher.onEnd?.(mark);
  };
  return {
    kind,
    description: made.description(
      hasGroups ? "enforced by control groups" : "watched, since no control group can be made",
    ),
    contains: made.contains,
    launcher,
    run: (command) => runInSandbox({ places, launcher, findLimits }, command),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The Node that runs this is found first, whatever else a path that was given names. */
function withOwnNode(env: LaunchRequest["env"]): Record<string, string> {
  return { ...env, PATH: [dirname(process.execPath), ...(env.PATH ? [env.PATH] : [])].join(delimiter) };
}

function probeControlGroups({ limits }: SandboxPlaces): boolean {
  const group = openControlGroup(`ccb-${randomUUID()}`, limits);
  void group?.close();
  return group !== undefined;
}

/** Nobody's number where this process is root, since root inside would still be root to the files of the system. */
const insideUser = 1_000;

/** Arguments of bubblewrap: the system read only, the project at its own path, nothing else of this machine. */
export function planBubblewrap(places: SandboxPlaces, cwd: string): string[] {
  const isRoot = process.getuid?.() === 0;
  return [
    "bwrap",
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    ...(places.network ? [] : ["--unshare-net"]),
    ...(isRoot ? ["--uid", String(insideUser), "--gid", String(insideUser)] : []),
    "--die-with-parent",
    "--new-session",
    ...["--ro-bind", "/usr", "/usr"],
    ...["/bin", "/sbin", "/lib", "/lib32", "/lib64"].flatMap(planSystemFolder),
    ...systemFiles.flatMap((path) => ["--ro-bind-try", path, path]),
    ...["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"],
    // Node may lie in somebody's home.
    ...planReadable(dirname(process.execPath)),
    ...places.readable.flatMap(planReadable),
    ...["--bind", places.directory, places.directory],
    ...["--ro-bind-try", join(places.directory, ".git"), join(places.directory, ".git")],
    ...places.hidden.flatMap((path) => ["--tmpfs", path]),
    ...["--bind", places.state, places.state],
    ...["--chdir", cwd, "--"],
  ];
}

const systemFiles = [
  "/etc/alternatives",
  "/etc/group",
  "/etc/hosts",
  "/etc/ld.so.cache",
  "/etc/localtime",
  "/etc/nsswitch.conf",
  "/etc/passwd",
  "/etc/resolv.conf",
  "/etc/ssl",
];

function planReadable(path: string): string[] {
  return path.startsWith("/usr/") ? [] : ["--ro-bind", path, path];
}

/** On newer systems these are links into /usr. */
function planSystemFolder(path: string): string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  return stats.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
}
