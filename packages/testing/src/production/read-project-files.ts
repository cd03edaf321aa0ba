import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { CcbError } from "@ccb/core";
import type { SourceTree } from "../gate/gate-finding.ts";

const run = promisify(execFile);
const largestFile = 1024 * 1024;
const leftOut = /(?:^|\/)(?:node_modules|\.venv|venv|__pycache__|\.git|dist|coverage|\.checkpoints|logs)\//;
const binary = /\.(?:png|jpe?g|gif|webp|ico|woff2?|ttf|zip|gz|tgz|db|sqlite3?|pdf|pyc|wasm|node|so)$/i;

/**
 * The texts of a project: what git tracks or would add, or every file where there is no repository. Files over 1 MiB, binary files, installed packages and logs are left out.
 * Rejects with a CcbError `bad-input` where there is no such folder.
 */
export async function readProjectFiles(directory: string): Promise<SourceTree> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new CcbError({
      code: "bad-input",
      message: `There is no folder ${directory}.`,
      hint: "Give the folder of a project.",
    });
  }
  const paths = (await listByGit(directory)) ?? (await walk(directory, ""));
  const entries = await Promise.all(
    paths
      .filter((path) => !leftOut.test(path) && !binary.test(path))
      .map(async (path) => {
        const file = await stat(join(directory, path)).catch(() => undefined);
        if (file?.isFile() !== true || file.size > largestFile) return undefined;
        return [path, await readFile(join(directory, path), "utf8")] as const;
      }),
  );
  return Object.fromEntries(entries.filter((entry) => entry !== undefined));
}

async function listByGit(directory: string): Promise<string[] | undefined> {
  const words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  try {
    const { stdout } = await run("git", words, { cwd: directory, maxBuffer: 64 * 1024 * 1024 });
    return [...new Set(stdout.split("\0"))].filter((path) => path !== "").sort();
  } catch {
    return undefined; // no repository, or no git: the folder is walked
  }
}

async function walk(root: string, below: string): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return leftOut.test(`${path}/`) ? [] : await walk(root, path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(nested)).flat().sort();
}
