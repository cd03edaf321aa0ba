import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A TypeScript or JavaScript file of the repository. */
export interface SourceFile {
  /** Relative to the root, with "/". */
  path: string;
  text: string;
  /** The package's folder name, undefined outside of packages/. */
  packageName: string | undefined;
  /** source: src without tests · test: *.test.ts · fixture: below a fixtures folder · example, bench: the package's or the root's · script: all else. */
  kind: "source" | "test" | "fixture" | "example" | "bench" | "script";
  /** Parsed on first use. */
  readonly tree: ts.SourceFile;
}

/** A package of the workspace. */
export interface Package {
  /** The folder's name: "core". */
  name: string;
  /** Relative to the root: "packages/core". */
  directory: string;
  manifest: Manifest;
}

/** The fields of a package.json that rules read. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** The repository as the rules see it. */
export interface Workspace {
  root: string;
  packages: Package[];
  sources: SourceFile[];
  /** Every file that is tracked, or new and not ignored, relative to the root. */
  files: string[];
  read(path: string): string;
}

/** Reads a repository: its tracked and new files by git, or every file where there is no git. */
export function loadWorkspace(root: string): Workspace {
  const files = listFiles(root);
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const packages = files.flatMap((path): Package[] => {
    const name = /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1];
    if (name === undefined) return [];
    return [{ name, directory: `packages/${name}`, manifest: JSON.parse(read(path)) as Manifest }];
  });
  const sources = files.filter((path) => /\.[mc]?[jt]sx?$/.test(path)).map((path) => readSource(path, read(path)));
  return { root, packages, sources, files, read };
}

function listFiles(root: string): string[] {
  if (!existsSync(join(root, ".git"))) return walk(root, "").sort();
  const options = { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], options);
  const isFile = (path: string): boolean => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false;
  return [...new Set(listed.split("\0"))].filter((path) => path !== "" && isFile(path)).sort();
}

function walk(root: string, below: string): string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? walk(root, path) : [path];
  });
}

function readSource(path: string, text: string): SourceFile {
  let tree: ts.SourceFile | undefined;
  return {
    path,
    text,
    packageName: /^packages\/([^/]+)\//.exec(path)?.[1],
    kind: kindOf(path),
    get tree() {
      tree ??= ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
      return tree;
    },
  };
}

function kindOf(path: string): SourceFile["kind"] {
  if (/(^|\/)fixtures\//.test(path)) return "fixture";
  if (/\.test\.[jt]sx?$/.test(path)) return "test";
  const folder = /^(?:packages\/[^/]+\/)?([^/]+)\//.exec(path)?.[1];
  if (folder === "examples") return "example";
  if (folder === "bench") return "bench";
  return /^packages\/[^/]+\/src\//.test(path) ? "source" : "script";
}
