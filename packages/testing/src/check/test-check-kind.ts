import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Check, Evidence } from "@ccb/core";
import { listChildren } from "../process/_list-processes.ts";
import { builtInCheckKinds } from "./built-in-kinds.ts";
import type { AnyCheckKind, CheckKind, CheckLimits } from "./check-kind.ts";
import { runCheck } from "./run-check.ts";

export interface CheckKindTrial<Input> {
  kind: CheckKind<Input>;
  /** Passes in a project of these files (path → content), and does not pass in an empty folder. */
  passing: { input: Input; files: Readonly<Record<string, string>> };
  /** Does not pass. */
  failing: { input: Input; files: Readonly<Record<string, string>> };
  env?: Readonly<Record<string, string>>;
  limits?: CheckLimits;
}

/** One thing that every kind of check must do. */
export interface ConformancePoint {
  name: string;
  /** What was seen instead; undefined where the kind does it. */
  problem: string | undefined;
}

/**
 * Holds a kind of check against what CCB expects of every kind: it takes its inputs and refuses others, tells right from wrong and says how, comes to the same verdict
 * twice, can be stopped, changes nothing it was not told to, and leaves nothing running. Runs the real checks in temporary folders, which takes some seconds.
 */
export async function testCheckKind<Input>(trial: CheckKindTrial<Input>): Promise<ConformancePoint[]> {
  const { kind, passing, failing } = trial;
  const childrenBefore = new Set(listChildren(process.pid));
  const points: ConformancePoint[] = [];
  const expectThat = async (name: string, look: () => Promise<string | undefined> | string | undefined) => {
    const problem = await Promise.resolve()
      .then(look)
      .catch((error: unknown) => `threw ${error instanceof Error ? error.message : String(error)}`);
    points.push({ name, problem });
  };
  await expectThat("has a name, a version and a description", () => describeProblem(kind));
  for (const { input } of [passing, failing]) {
    await expectThat("takes its input after a way through JSON", () => {
      const parsed = kind.parse(JSON.parse(JSON.stringify(input)));
      return isDeepStrictEqual(parsed, JSON.parse(JSON.stringify(input))) ? undefined : "it made another input of it";
    });
  }
  for (const wrong of [null, 42]) {
    await expectThat(`refuses ${JSON.stringify(wrong)} as its input`, () => {
      try {
        kind.parse(wrong);
        return "it was taken";
      } catch {
        return undefined;
      }
    });
  }
  const first = await look(trial, passing);
  const second = await look(trial, passing);
  await expectThat("passes what is right", () => (first.evidence.passed ? undefined : first.evidence.summary));
  await expectThat("comes to the same verdict twice", () =>
    first.evidence.passed === second.evidence.passed ? undefined : second.evidence.summary,
  );
  await expectThat("sums up in one line", () => lineProblem(first.evidence));
  await expectThat("changes no file unless it says that it is exclusive", () => first.changes);
  const wrong = await look(trial, failing);
  await expectThat("fails what is wrong, and says what was expected and received", () =>
    failureProblem(wrong.evidence),
  );
  const empty = await look(trial, { input: passing.input, files: {} });
  await expectThat("does not pass in an empty folder", () =>
    empty.evidence.passed ? empty.evidence.summary : undefined,
  );
  await expectThat("stops before it begins", () => stopProblem(trial, 0));
  await expectThat("stops on the way", () => stopProblem(trial, 150));
  await expectThat("leaves no process", () => leftoverProblem(childrenBefore));
  return points;
}

type Situation<Input> = CheckKindTrial<Input>["passing"];

async function look<Input>(trial: CheckKindTrial<Input>, situation: Situation<Input>) {
  const { kind, env, limits } = trial;
  return inFolder(situation.files, async (cwd) => {
    const before = await readTree(cwd);
    const input = deepFreeze(structuredClone(situation.input));
    const evidence = await runCheck({ ...place(trial), check: asCheck(kind, input), cwd, env, limits });
    const isQuiet = !kind.isExclusive?.(input);
    const changes =
      isQuiet && !isDeepStrictEqual(before, await readTree(cwd)) ? "files of the project changed" : undefined;
    return { evidence, changes };
  });
}

/** With a signal that is aborted after so many milliseconds the check must reject with its reason, or have been faster. */
async function stopProblem<Input>(trial: CheckKindTrial<Input>, afterMs: number): Promise<string | undefined> {
  const reason = new Error("stopped by the conformance suite");
  return inFolder(trial.passing.files, async (cwd) => {
    const controller = new AbortController();
    if (afterMs === 0) controller.abort(reason);
    const timer = setTimeout(() => controller.abort(reason), afterMs);
    const check = asCheck(trial.kind, trial.passing.input);
    const { env, limits } = trial;
    try {
      await runCheck({ ...place(trial), check, cwd, env, limits, signal: controller.signal });
      return controller.signal.aborted ? "it went on after the stop" : undefined;
    } catch (error) {
      return error === reason ? undefined : `it rejected with ${String(error)}`;
    } finally {
      clearTimeout(timer);
    }
  });
}

function place<Input>({ kind }: CheckKindTrial<Input>) {
  return { criterionId: "conformance", phaseId: "conformance", kinds: [kind as AnyCheckKind] };
}

function asCheck<Input>(kind: CheckKind<Input>, input: Input): Check {
  const isBuiltIn = builtInCheckKinds.some((known) => known === (kind as AnyCheckKind));
  const check = isBuiltIn ? input : { kind: "custom", use: kind.name, input };
  return check as Check;
}

function describeProblem<Input>({ name, version, description }: CheckKind<Input>): string | undefined {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) return `the name is ${JSON.stringify(name)}`;
  if (!Number.isInteger(version) || version < 1) return `the version is ${version}`;
  return description.trim() === "" ? "there is no description" : undefined;
}

function lineProblem({ summary, observations }: Evidence): string | undefined {
  if (observations.length === 0) return "nothing was looked at";
  return summary.trim() === "" || summary.includes("\n") ? JSON.stringify(summary) : undefined;
}

function failureProblem({ passed, observations }: Evidence): string | undefined {
  if (passed) return "it passed";
  const failed = observations.filter((observation) => !observation.passed);
  const isClear = failed.length > 0 && failed.every(({ what, expected, received }) => what && expected && received);
  return isClear ? undefined : "no observation says what was expected and received";
}

async function leftoverProblem(before: ReadonlySet<number>): Promise<string | undefined> {
  const deadline = performance.now() + 3_000;
  for (;;) {
    const left = listChildren(process.pid).filter((pid) => !before.has(pid));
    if (left.length === 0) return undefined;
    if (performance.now() > deadline) return `processes ${left.join(", ")} live on`;
    await sleep(50);
  }
}

async function inFolder<T>(files: Readonly<Record<string, string>>, use: (cwd: string) => Promise<T>): Promise<T> {
  const cwd = await mkdtemp(join(tmpdir(), "ccb-conformance-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(cwd, path)), { recursive: true });
      await writeFile(join(cwd, path), content);
    }
    return await use(cwd);
  } finally {
    await rm(cwd, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function readTree(cwd: string): Promise<[path: string, content: string][]> {
  const entries = await readdir(cwd, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (file): Promise<[string, string]> => [file, await readFile(file, "latin1")]),
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
