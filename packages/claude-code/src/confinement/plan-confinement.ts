import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { devices, namespaces } from "./detect-bubblewrap.ts";

/** What a session may write beside its working directory, its home and the repository; absolute paths. */
export interface Confinement {
  /** Path of `bwrap`, from `detectBubblewrap`. */
  bubblewrap: string;
  /** More files and folders that it may write. */
  writable: readonly string[];
  /** Places inside of those that it may only read. The deeper path wins. */
  readOnly: readonly string[];
}

/** A session's process as it would be started without confinement. */
export interface ConfinedCommand {
  command: string;
  args: readonly string[];
  cwd: string;
  home: string;
  env: Readonly<Record<string, string>>;
  /** Absolute paths that the session has to find although they lie in /tmp: files of its MCP servers. */
  needed: readonly string[];
}

/** Sockets through which a session could have a service of this machine write for it. */
const serviceSockets = [
  "/run/docker.sock",
  "/run/crio",
  "/run/containerd",
  "/run/podman",
  "/run/dbus",
  "/run/systemd/private",
  "/run/user",
];

/**
 * Arguments of bubblewrap for one session: everything of this machine read only, except the working directory, the session's home, the repository and what was allowed; a /tmp of its own.
 * Reads the file system to leave out what is not there.
 */
export function planConfinement({ writable, readOnly }: Confinement, session: ConfinedCommand): string[] {
  const { command, args, cwd, home, env, needed } = session;
  const git = findGitPlaces(cwd);
  const places = new Map<string, "--bind" | "--ro-bind">();
  for (const path of [cwd, home, ...git.writable, ...writable])
    if (existsSync(path)) places.set(realpathSync(path), "--bind");
  for (const path of [...git.readOnly, ...readOnly]) if (existsSync(path)) places.set(realpathSync(path), "--ro-bind");
  const ordered = [...places].sort(([a], [b]) => a.split(sep).length - b.split(sep).length);
  const search = (env.PATH ?? "").split(delimiter);
  const inTmp = new Set(
    [
      ...places.keys(),
      cwd,
      home,
      command,
      ...args,
      ...needed,
      ...search,
      process.execPath,
      import.meta.dirname,
    ].flatMap(listTmpEntries),
  );
  return [
    ...namespaces,
    ...["--ro-bind", "/", "/", ...devices, "--tmpfs", "/tmp"],
    ...[...inTmp].flatMap((path) => ["--ro-bind", path, path]),
    ...serviceSockets.flatMap(hide),
    ...ordered.flatMap(([path, how]) => [how, path, path]),
    ...["--setenv", "TMPDIR", "/tmp", "--chdir", cwd, "--", command, ...args],
  ];
}

/** The entry of /tmp that a path lies in, also where a link leads there: the session's own /tmp covers it, so it is put back, read only. */
function listTmpEntries(path: string): string[] {
  if (!isAbsolute(path) || !existsSync(path)) return [];
  return [resolve(path), realpathSync(path)].flatMap((each) => {
    const [, top, name] = each.split(sep);
    return top === "tmp" && name !== undefined && name !== "" ? [join("/tmp", name)] : [];
  });
}

function hide(path: string): string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  return stats.isDirectory() ? ["--tmpfs", path] : ["--ro-bind", "/dev/null", path];
}

/**
 * The repository that `cwd` is the working tree of. Commits may be made in it; its settings and hooks are programs that run outside later, so they are only read, and `.git` itself cannot be
 * put aside for another (it is a mount of its own).
 */
function findGitPlaces(cwd: string): { writable: string[]; readOnly: string[] } {
  const entry = join(cwd, ".git");
  const stats = lstatSync(entry, { throwIfNoEntry: false });
  if (!stats || stats.isSymbolicLink()) return { writable: [], readOnly: [] };
  const common = stats.isDirectory() ? entry : findCommonDirectory(entry);
  if (common === undefined) return { writable: [], readOnly: [entry] };
  const readOnly = ["config", "hooks"].map((name) => join(common, name));
  return { writable: [common], readOnly: stats.isDirectory() ? readOnly : [entry, ...readOnly] };
}

/** `.git` of a worktree is a file that names its folder in `.git/worktrees` of the repository. */
function findCommonDirectory(file: string): string | undefined {
  const [, folder] = /^gitdir: (.+)\n?$/.exec(readFileSync(file, "utf8")) ?? [];
  if (folder === undefined) return undefined;
  const own = resolve(dirname(file), folder);
  const link = join(own, "commondir");
  return existsSync(link) ? resolve(own, readFileSync(link, "utf8").trim()) : undefined;
}
