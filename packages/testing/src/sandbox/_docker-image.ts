import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { CcbError } from "@ccb/core";
import type { Docker } from "./_docker.ts";

const run = promisify(execFile);

/** What a project's commands may count on; what this machine lacks is left out. */
const programs = [
  ...[
    "sh",
    "bash",
    "env",
    "cat",
    "ls",
    "cp",
    "mv",
    "rm",
    "mkdir",
    "rmdir",
    "ln",
    "touch",
    "chmod",
    "head",
    "tail",
    "wc",
    "sort",
    "uniq",
    "cut",
    "tr",
  ],
  ...[
    "date",
    "sleep",
    "echo",
    "printf",
    "test",
    "true",
    "false",
    "seq",
    "basename",
    "dirname",
    "readlink",
    "realpath",
    "mktemp",
    "tee",
    "id",
    "uname",
  ],
  ...[
    "grep",
    "sed",
    "awk",
    "mawk",
    "find",
    "xargs",
    "tar",
    "gzip",
    "diff",
    "git",
    "kill",
    "ps",
    "timeout",
    "sha256sum",
    "python3",
  ],
];

const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * The name of an image made of this machine's own programs (Node, npm, Python, shell and the usual tools with their libraries), without any registry. Made once
 * for a version of these files. Rejects with a CcbError (`io-failed`) when Docker does not take it.
 */
export async function buildRuntimeImage(docker: Docker): Promise<string> {
  const found = programs.flatMap((name) => findProgram(name));
  const node = realpathSync(process.execPath);
  const libraries = await listLibraries([
    node,
    ...found.map((path) => realpathSync(path)),
    ...(await listPythonModules()),
  ]);
  const trees = await listTrees();
  const image = `ccb-runtime:${await hashOf([node, ...found, ...libraries, ...trees])}`;
  if ((await docker(["image", "inspect", image])).code === 0) return image;
  const root = await mkdtemp(join(tmpdir(), "ccb-image-"));
  try {
    await layOut(root, { node, files: [...found, ...libraries], trees });
    const tar = spawn("tar", ["-C", root, "--owner=0", "--group=0", "-c", "."], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const answer = await docker(["import", "-", image], { input: tar.stdout, timeoutMs: 300_000 });
    if (answer.code === 0) return image;
    throw new CcbError({
      code: "io-failed",
      message: `Docker did not take the image of this machine's programs: ${answer.stderr.trim()}.`,
      hint: "Name an image that has Node with the option docker.image.",
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function findProgram(name: string): string[] {
  const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
  return path === undefined ? [] : [path];
}

/** Shared libraries of all these files, as the loader finds them. */
async function listLibraries(files: string[]): Promise<string[]> {
  const { stdout } = await run("ldd", files, { maxBuffer: 2 ** 24 }).catch((error: { stdout?: string }) => ({
    stdout: error.stdout ?? "", // some of the files are scripts, which have none
  }));
  return [...new Set([...stdout.matchAll(/(\/[^\s:()]+\.so[^\s:()]*)(?= \()/g)].map(([, path = ""]) => path))];
}

const pythonCode = "import sysconfig; print(sysconfig.get_path('stdlib'))";

async function pythonFolder(): Promise<string | undefined> {
  const [python] = findProgram("python3");
  if (python === undefined) return undefined;
  return run(python, ["-I", "-c", pythonCode]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined, // a python3 that does not run is left out
  );
}

async function listPythonModules(): Promise<string[]> {
  const folder = await pythonFolder();
  const modules = folder === undefined ? "" : join(folder, "lib-dynload");
  return existsSync(modules) ? (await readdir(modules)).map((name) => join(modules, name)) : [];
}

/** Folders that go in whole: npm, and Python's library with what `venv` needs. */
async function listTrees(): Promise<string[]> {
  const npm = findProgram("npm").map((path) => dirname(dirname(realpathSync(path))));
  const python = await pythonFolder();
  const wheels = ["/usr/share/python-wheels", "/usr/share/python3-wheels"].filter((path) => existsSync(path));
  return [...npm.filter((path) => basename(path) === "npm"), ...(python === undefined ? [] : [python, ...wheels])];
}

async function hashOf(paths: string[]): Promise<string> {
  const hash = createHash("sha256").update("2");
  for (const path of paths) {
    const { size, mtimeMs } = await stat(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

async function layOut(root: string, from: { node: string; files: string[]; trees: string[] }): Promise<void> {
  for (const folder of [
    "usr/local/bin",
    "usr/local/lib",
    "usr/bin",
    "usr/lib",
    "usr/sbin",
    "usr/lib64",
    "etc",
    "tmp",
    "proc",
    "sys",
    "dev",
    "run",
  ]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    const isLink = lstatSync(`/${name}`, { throwIfNoEntry: false })?.isSymbolicLink() ?? true;
    if (isLink) await symlink(`usr/${name}`, join(root, name));
    else await mkdir(join(root, name), { recursive: true });
  }
  await cp(from.node, join(root, "usr/local/bin/node"));
  for (const path of from.files) {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await cp(realpathSync(path), target, { force: true });
  }
  for (const path of from.trees) {
    const isNpm = basename(path) === "npm";
    const target = join(root, isNpm ? "usr/local/lib/node_modules/npm" : path);
    // Python's own tests and caches would double the image.
    await cp(path, target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (name) => !/[\\/](?:__pycache__|test|idlelib)$/.test(name),
    });
    if (!isNpm) continue;
    for (const name of ["npm", "npx"]) {
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, "usr/local/bin", name));
    }
  }
  await writeFile(join(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\nccb:x:1000:1000::/tmp:/bin/sh\n");
  await writeFile(join(root, "etc/group"), "root:x:0:\nccb:x:1000:\n");
  await writeFile(join(root, "etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
  await chmod(join(root, "tmp"), 0o1777);
  await chmod(root, 0o755);
}
