import { posix } from "node:path";
import { isTestPath } from "../gate/_facts.ts";
import type { SourceTree } from "../gate/gate-finding.ts";
import { readManifest } from "../production/_manifest.ts";

export type TestRunner = "node:test" | "vitest" | "jest" | "mocha" | "pytest" | "unittest";

/** How a project runs its tests. */
export interface TestRun {
  runner: TestRunner;
  /** All tests, as the project itself runs them. */
  wholeCommand: string;
  /** The tests of one file. */
  commandFor: (path: string) => string;
  /** Path of a new file with tests of a file of code, where the project has its others. */
  pathFor: (source: string) => string;
  /** What a test at `path` imports to reach the file of code: "../src/total.js", or "package.module" in Python. */
  specifierFor: (path: string, source: string) => string;
}

/** Finds out how a project runs its tests: by its script "test", by what it depends on and by the tests it has. Undefined where it has no runner that is known here. Pure. */
export function planTestRun(files: SourceTree): TestRun | undefined {
  const manifest = readManifest(files);
  const tests = Object.keys(files).filter((path) => isTestPath(path) && /test/.test(posix.basename(path)));
  if (manifest.kind === "node") {
    const packages = [...manifest.dependencies, ...manifest.development];
    const script = manifest.scripts.test;
    if (script === undefined) return undefined;
    const runner = (["vitest", "jest", "mocha"] as const).find(
      (name) => script.includes(name) && packages.includes(name),
    );
    if (runner === undefined && !/\bnode\b.*--test/.test(script)) return undefined;
    return planNode(runner ?? "node:test", tests);
  }
  if (manifest.kind !== "python") return undefined;
  const isPytest =
    /\bpytest\b/.test(manifest.text) || tests.some((path) => /\bimport pytest\b/.test(files[path] ?? ""));
  return planPython(isPytest ? "pytest" : "unittest", tests);
}

function planNode(runner: TestRunner, tests: readonly string[]): TestRun {
  const commands: Partial<Record<TestRunner, string>> = {
    vitest: "npx --no-install vitest run",
    jest: "npx --no-install jest",
    mocha: "npx --no-install mocha",
  };
  const own = tests.filter((path) => /\.(?:test|spec)\.[cm]?[jt]sx?$/.test(path));
  const sample = own[0];
  const ending = /\.(?:test|spec)\.[cm]?[jt]sx?$/.exec(sample ?? "")?.[0] ?? ".test.js";
  return {
    runner,
    wholeCommand: "npm test --silent",
    commandFor: (path) => `${commands[runner] ?? "node --test"} ${quote(path)}`,
    pathFor: (source) => posix.join(commonFolder(own) ?? "test", `${slug(source)}.generated${ending}`),
    specifierFor: (path, source) => {
      const relative = posix.relative(posix.dirname(path), source);
      return relative.startsWith(".") ? relative : `./${relative}`;
    },
  };
}

function planPython(runner: "pytest" | "unittest", tests: readonly string[]): TestRun {
  const command = `python3 -m ${runner}`;
  const module = (path: string) =>
    path
      .replace(/(?:\/__init__)?\.py$/, "")
      .replace(/^src\//, "")
      .replaceAll("/", ".");
  return {
    runner,
    wholeCommand: runner === "pytest" ? command : `${command} discover`,
    commandFor: (path) => `${command} ${quote(path)}`,
    pathFor: (source) => posix.join(commonFolder(tests) ?? "tests", `test_${slug(source)}_generated.py`),
    specifierFor: (_path, source) => module(source),
  };
}

/** The folder that holds most of the tests. */
function commonFolder(tests: readonly string[]): string | undefined {
  const folders = [...Map.groupBy(tests, (path) => posix.dirname(path))];
  return folders.sort(([, one], [, other]) => other.length - one.length)[0]?.[0];
}

function slug(source: string): string {
  return source
    .replace(/\.[^./]+$/, "")
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "");
}

function quote(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
