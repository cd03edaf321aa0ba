import { createHash } from "node:crypto";
import { join } from "node:path";
import { type GeneratedTests, testGenerator } from "@ccb/agents";
import { CcbError } from "@ccb/core";
import {
  findUntested,
  type ProvenTests,
  planTestRun,
  proveTests,
  readProjectFiles,
  runWholeSuite,
  type TestRun,
  type UntestedFile,
} from "@ccb/testing/production";
import { writeArtifact } from "../project/write-artifact.ts";
import type { RunningBuild } from "../running-build.ts";
import type { Workbench } from "../workbench.ts";
import { setLeftoversAside } from "../workplace/_set-aside.ts";

/** Files of code that one run asks for; each is one model call. */
const mostFiles = 25;
/** Characters of a file that is shown to the agent, and of the example. */
const longestFile = 60_000;
const longestExample = 8_000;

type Tree = Awaited<ReturnType<typeof readProjectFiles>>;

/** What became of one file of code. */
interface Generated extends ProvenTests {
  left: GeneratedTests["left"];
}

/**
 * Has tests written for exported functions that no test names, keeps those that are proven, and commits them. Nothing is asked for where the build does not want it or not every phase is accepted. Resolves with one sentence;
 * undefined where it was not asked for.
 */
export async function generateTests({ bench, state }: RunningBuild): Promise<string | undefined> {
  const { generateTests: isWanted, skipTests } = bench.options;
  if (!isWanted) return undefined;
  if (skipTests || state.phases.some(({ status }) => status !== "passed"))
    return "no tests generated: not every phase is accepted";
  await setLeftoversAside(bench, "tests");
  const files = await readProjectFiles(bench.paths.root);
  const run = planTestRun(files);
  if (run === undefined) {
    bench.emit({ type: "warning", message: "No tests were generated: the project has no test runner that is known." });
    return "no tests generated: no known test runner";
  }
  const untested = findUntested(files).filter(({ path }) => (files[path] ?? "").length <= longestFile);
  const asked = untested.slice(0, mostFiles);
  const made = new Map<string, Generated>();
  for (const file of asked) {
    const generated = await generateFor(bench, { file, files, run });
    if (generated !== undefined) made.set(file.path, generated);
  }
  const leftOut = untested.length - asked.length;
  if (leftOut > 0)
    bench.emit({
      type: "warning",
      message: `Tests were asked for ${asked.length} files of code; ${leftOut} more have functions without a test.`,
    });
  return keep(bench, [...made.values()], { files, run });
}

/** Asks once for a file as it is; what came of it, with its proof, is journalled. */
async function generateFor(
  bench: Workbench,
  { file, files, run }: { file: UntestedFile; files: Tree; run: TestRun },
): Promise<Generated | undefined> {
  const content = files[file.path] ?? "";
  const key = { path: file.path, content: hashOf(content), model: bench.model.id, agent: testGenerator.system };
  const known = bench.journal.find<Generated>("generated-tests", key);
  if (known !== undefined) return known;
  const free = { ...run, pathFor: (source: string) => findFree(run.pathFor(source), files) };
  try {
    const answer = await ask(bench, { file, files, run: free });
    const { preamble, tests, left } = answer;
    const written = { source: file.path, preamble, tests };
    const proven = await proveTests({ directory: bench.paths.root, files, run: free, written, signal: bench.signal });
    const generated = { ...proven, left };
    bench.journal.save("generated-tests", key, generated);
    const { path, proven: functions, refused } = proven;
    bench.emit({ type: "tests-generated", source: file.path, path, proven: functions, refused, left });
    return generated;
  } catch (error) {
    // An answer that cannot be used leaves this file without tests; anything else ends the build.
    if (!CcbError.isInstance(error) || error.code !== "model-answer-invalid") throw error;
    bench.emit({ type: "warning", message: `No tests were generated for ${file.path}: ${error.message}` });
    return undefined;
  }
}

async function ask(
  bench: Workbench,
  { file, files, run }: { file: UntestedFile; files: Tree; run: TestRun },
): Promise<GeneratedTests> {
  const testPath = run.pathFor(file.path);
  const { value } = await testGenerator.run(
    {
      project: bench.intake.projectName,
      runner: run.runner,
      testPath,
      specifier: run.specifierFor(testPath, file.path),
      source: { path: file.path, content: files[file.path] ?? "" },
      targets: file.functions.map(({ name }) => name),
      example: chooseExample(files, testPath),
    },
    { model: bench.model, scope: { build: bench.build }, signal: bench.signal },
  );
  return value;
}

/** The shortest test beside where the new ones will be. */
function chooseExample(files: Tree, testPath: string): { path: string; content: string } | undefined {
  const folder = testPath.slice(0, testPath.lastIndexOf("/") + 1);
  const beside = Object.entries(files).filter(
    ([path, text]) =>
      path.startsWith(folder) && /(?:\.(?:test|spec)\.|(?:^|\/)test_)/.test(path) && text.length <= longestExample,
  );
  const [first] = beside.sort(([, one], [, other]) => one.length - other.length);
  return first === undefined ? undefined : { path: first[0], content: first[1] };
}

/** Writes and commits what was proven, where the project's whole suite passes with it. */
async function keep(
  bench: Workbench,
  made: readonly Generated[],
  { files, run }: { files: Tree; run: TestRun },
): Promise<string> {
  const added = Object.fromEntries(
    made.flatMap(({ path, text }) => (path === undefined ? [] : [[path, text] as const])),
  );
  const fresh = Object.fromEntries(Object.entries(added).filter(([path, text]) => files[path] !== text));
  const functions = made.flatMap(({ proven }) => proven);
  const refused = made.flatMap((one) => one.refused).length;
  const said = `tests for ${functions.length} function${functions.length === 1 ? "" : "s"} generated and proven, ${refused} not kept`;
  if (Object.keys(fresh).length === 0) return said;
  const failure = await runWholeSuite({ directory: bench.paths.root, added: fresh, run, signal: bench.signal });
  if (failure !== undefined) {
    bench.emit({
      type: "warning",
      message: `The generated tests were not kept, since the project's tests fail with them: ${failure.slice(-1_000)}`,
    });
    return "no tests kept: the project's tests fail with them";
  }
  for (const [path, text] of Object.entries(fresh)) await writeArtifact(join(bench.paths.root, path), text);
  await bench.repository.commitPaths(Object.keys(fresh), {
    subject: `Add generated tests for ${bench.intake.projectName}`,
    body: `For functions that no test named. Each passes in the project's own runner and fails once its function is emptied: ${functions.join(", ")}.`,
    trailers: [
      ["CCB-Build", bench.build],
      ["CCB-Generated-Tests", Object.keys(fresh).join(", ")],
    ],
  });
  return said;
}

/** A path that no file of the project has yet. */
function findFree(path: string, files: Tree): string {
  if (!(path in files)) return path;
  for (let number = 2; ; number++) {
    const other = path.replace(/(\.generated\.|_generated\.)/, (mark) => `_${number}${mark}`);
    if (!(other in files)) return other;
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
