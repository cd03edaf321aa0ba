import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SourceTree } from "../gate/gate-finding.ts";
import { judgeChange } from "../gate/judge-change.ts";
import { copyProject } from "../production/_project-copy.ts";
import { runCommand } from "../production/_run-command.ts";
import { tailOf } from "../production/production-report.ts";
import { emptyFunction } from "./find-untested.ts";
import type { TestRun } from "./plan-test-run.ts";

/** Tests that somebody wrote for a file of code, test by test, so that each can be kept or left out. */
export interface WrittenTests {
  /** The file of code. */
  source: string;
  /** Imports and helpers, before the tests. */
  preamble: string;
  tests: readonly WrittenTest[];
}

export interface WrittenTest {
  /** Name of the function it is for. */
  target: string;
  code: string;
}

/** Why a test was not kept. `gate`: the zero-mock gate refuses it. `failed`: it does not pass. `proves-nothing`: it passes although its function is emptied. */
export type RefusalReason = "gate" | "failed" | "proves-nothing";

export interface ProvenTests {
  /** Path of the file with the tests that were kept; undefined where none was. */
  path: string | undefined;
  text: string;
  /** Functions that a kept test proves, by name. */
  proven: string[];
  refused: { target: string; reason: RefusalReason; why: string }[];
}

export interface ProveTestsOptions {
  directory: string;
  /** Texts of the project, as `readProjectFiles` gives them. */
  files: SourceTree;
  run: TestRun;
  written: WrittenTests;
  /** Milliseconds of one run of a file's tests; default 60000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * Holds tests that were written for existing code to what a test has to be: the zero-mock gate takes them, they pass in the project's own runner, and those of each function fail once that function is emptied. What does not
 * hold is left out, with the reason. Everything runs in a copy of the project; nothing of the project is changed.
 */
export async function proveTests(options: ProveTestsOptions): Promise<ProvenTests> {
  const { run, written } = options;
  const path = run.pathFor(written.source);
  const refused: ProvenTests["refused"] = [];
  await using copy = await copyProject(options.directory);
  const place: Place = { ...options, cwd: copy.cwd, home: copy.home, path };
  const passing: WrittenTest[] = [];
  for (const test of written.tests) {
    const finding = judge(place, test);
    const output = finding === undefined ? await failureOf(place, [test]) : undefined;
    if (finding !== undefined) refused.push({ target: test.target, reason: "gate", why: finding });
    else if (output !== undefined) refused.push({ target: test.target, reason: "failed", why: tailOf(output) });
    else passing.push(test);
  }
  const kept: WrittenTest[] = [];
  for (const [target, tests] of Map.groupBy(passing, (test) => test.target)) {
    const why = await whyNotProven(place, target, tests);
    if (why === undefined) kept.push(...tests);
    else refused.push({ target, reason: "proves-nothing", why });
  }
  const together = kept.length === 0 ? "" : await failureOf(place, kept);
  if (together !== undefined) {
    for (const target of new Set(kept.map((test) => test.target)))
      refused.push({ target, reason: "failed", why: `together with the others: ${tailOf(together)}` });
    return { path: undefined, text: "", proven: [], refused };
  }
  return { path, text: render(written, kept), proven: [...new Set(kept.map((test) => test.target))], refused };
}

/** Runs all tests of a project in a copy of it with these files added; what they print where they fail, undefined where they pass. */
export async function runWholeSuite(options: {
  directory: string;
  added: SourceTree;
  run: TestRun;
  timeoutMs?: number;
  signal?: AbortSignal;
}): Promise<string | undefined> {
  await using copy = await copyProject(options.directory);
  for (const [path, text] of Object.entries(options.added)) await write(join(copy.cwd, path), text);
  // Awaited here: the copy is gone once this returns.
  return await fails(
    { ...options, cwd: copy.cwd, home: copy.home },
    options.run.wholeCommand,
    options.timeoutMs ?? 600_000,
  );
}

interface Place extends ProveTestsOptions {
  /** The copy. */
  cwd: string;
  home: string;
  /** Path of the file with the tests. */
  path: string;
}

function judge({ files, path, written }: Place, test: WrittenTest): string | undefined {
  const [finding] = judgeChange({ before: files, after: { ...files, [path]: render(written, [test]) } });
  return finding === undefined ? undefined : `${finding.rule}: ${finding.reason}`;
}

async function whyNotProven(place: Place, target: string, tests: readonly WrittenTest[]): Promise<string | undefined> {
  const { cwd, written, files } = place;
  const text = files[written.source] ?? (await readFile(join(cwd, written.source), "utf8"));
  const emptied = emptyFunction(written.source, text, target);
  if (emptied === undefined) return `there is no function ${target} in ${written.source} that could be emptied`;
  await write(join(cwd, written.source), emptied);
  try {
    const output = await failureOf(place, tests);
    return output === undefined ? `its tests pass although ${target} does nothing` : undefined;
  } finally {
    await write(join(cwd, written.source), text);
  }
}

/** What the runner prints where these tests do not pass. */
async function failureOf(place: Place, tests: readonly WrittenTest[]): Promise<string | undefined> {
  const { cwd, path, run, written, timeoutMs = 60_000 } = place;
  await write(join(cwd, path), render(written, tests));
  try {
    return await fails(place, run.commandFor(path), timeoutMs);
  } finally {
    await rm(join(cwd, path), { force: true });
  }
}

async function fails(
  place: { cwd: string; home: string; signal?: AbortSignal },
  command: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const folders = [".venv/bin", "venv/bin", "node_modules/.bin"].map((folder) => `${place.cwd}/${folder}`).join(":");
  const { code, output } = await runCommand({
    command: `PATH="${folders}:$PATH" ${command}`,
    cwd: place.cwd,
    env: { HOME: place.home, CI: "1", PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: `${place.cwd}:${place.cwd}/src` },
    timeoutMs,
    signal: place.signal,
  });
  if (code === 0) return undefined;
  return code === undefined ? `still running after ${timeoutMs / 1_000} s\n${output}` : output || `exit code ${code}`;
}

function render({ preamble }: WrittenTests, tests: readonly WrittenTest[]): string {
  return `${[preamble, ...tests.map(({ code }) => code)].map((part) => part.trim()).join("\n\n")}\n`;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
