import type { AssertionFact, FileFacts, TestFact } from "./_facts.ts";
import { makeFinding } from "./_make-finding.ts";
import { lineOf, squeeze } from "./_syntax.ts";
import type { GateFinding, SourceTree } from "./gate-finding.ts";
import { judgeFacts, readFacts } from "./judge-tree.ts";

export interface JudgeChangeOptions {
  before: SourceTree;
  after: SourceTree;
  /** Files that only people change: criteria, evidence, waivers. Paths, or folders with a "/" at the end. */
  protectedPaths?: readonly string[];
}

export const defaultProtectedPaths: readonly string[] = ["artifacts/", ".checkpoints/", "gate-waivers.json"];

/**
 * What a change did to the proof: tests and assertions that are gone or say less, criteria or waivers that were edited, and findings of `judgeTree` that the older version
 * did not have. Tests that were renamed, moved or split are recognised by what they assert. Pure.
 */
export function judgeChange({
  before,
  after,
  protectedPaths = defaultProtectedPaths,
}: JudgeChangeOptions): GateFinding[] {
  const known = new Map<string, number>();
  const older = readFacts(before);
  const newer = readFacts(after, { tree: before, facts: older });
  for (const finding of judgeFacts(older).findings) known.set(keyOf(finding), (known.get(keyOf(finding)) ?? 0) + 1);
  const added = judgeFacts(newer).findings.filter((finding) => {
    const left = known.get(keyOf(finding)) ?? 0;
    known.set(keyOf(finding), left - 1);
    return left <= 0;
  });
  return [...findEdits(before, after, protectedPaths), ...compareTests(older, newer), ...added];
}

/** The same code in the same file is the same finding, wherever it has moved to. */
function keyOf({ rule, path, codeHash }: GateFinding): string {
  return `${rule} ${path} ${codeHash}`;
}

function findEdits(before: SourceTree, after: SourceTree, protectedPaths: readonly string[]): GateFinding[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const isProtected = (path: string): boolean =>
    protectedPaths.some((entry) => (entry.endsWith("/") ? path.startsWith(entry) : path === entry));
  return paths
    .filter((path) => isProtected(path) && before[path] !== after[path])
    .map((path) => {
      const what =
        after[path] === undefined ? "was deleted" : before[path] === undefined ? "was written" : "was changed";
      const line = firstDifference(before[path] ?? "", after[path] ?? "");
      return makeFinding({
        rule: "edited-criteria",
        path,
        line,
        reason: `${path} ${what}, and it is not the task's to change`,
        code: after[path] ?? before[path] ?? "",
      });
    });
}

function firstDifference(one: string, other: string): number {
  const lines = other.split("\n");
  const at = one.split("\n").findIndex((line, index) => line !== lines[index]);
  return at < 0 ? 1 : at + 1;
}

interface NamedTest extends TestFact {
  path: string;
  squeezed: string;
}

function compareTests(before: readonly FileFacts[], after: readonly FileFacts[]): GateFinding[] {
  const [older, newer] = [listTests(before), listTests(after)];
  const asserted = new Set(newer.flatMap(({ assertions }) => assertions.map(({ text }) => text)));
  return older.flatMap((test) => {
    const same =
      newer.find(({ path, name }) => path === test.path && name === test.name) ??
      newer.find(({ squeezed }) => squeezed === test.squeezed) ??
      newer.find(({ name }) => name === test.name);
    if (same !== undefined) return compareAssertions(test, same, asserted);
    const texts = test.assertions.filter(({ strength }) => strength > 0).map(({ text }) => text);
    if (texts.length > 0 && texts.every((text) => asserted.has(text))) return [];
    const reason = `the test "${test.name}" is gone, and no other asserts what it did`;
    return [
      makeFinding({ rule: "removed-test", path: test.path, line: lineOf(test.node), reason, code: test.node.text() }),
    ];
  });
}

function listTests(files: readonly FileFacts[]): NamedTest[] {
  return files.flatMap((file) =>
    file.tests
      .filter(({ body }) => body !== undefined)
      .map((test) => ({ ...test, path: file.path, squeezed: squeeze(test.body?.text() ?? "") })),
  );
}

/** Assertions that are gone, and those that look at the same thing and ask for less. */
function compareAssertions(before: NamedTest, after: NamedTest, asserted: ReadonlySet<string>): GateFinding[] {
  const real = (test: TestFact): AssertionFact[] => test.assertions.filter(({ strength }) => strength > 0);
  const changed = real(before).filter(({ text }) => !asserted.has(text));
  const kept = new Set(real(before).map(({ text }) => text));
  const fresh = after.assertions.filter(({ text }) => !kept.has(text));
  const findings: GateFinding[] = [];
  const report = (rule: "removed-assertion" | "loosened-assertion", entry: AssertionFact, reason: string): void => {
    const line = rule === "removed-assertion" ? lineOf(entry.node) : lineOf(after.node);
    findings.push(
      makeFinding({ rule, path: after.path, line, reason: `"${after.name}": ${reason}`, code: entry.node.text() }),
    );
  };
  for (const entry of changed) {
    const at = fresh.findIndex(({ subject }) => subject === entry.subject);
    const replacement = fresh.splice(Math.max(at, 0), 1)[0];
    const code = entry.node.text().replace(/\s+/g, " ").slice(0, 100);
    if (replacement === undefined) report("removed-assertion", entry, `it no longer asserts ${code}`);
    else if (replacement.strength < entry.strength) {
      report(
        "loosened-assertion",
        entry,
        `${replacement.node.text().replace(/\s+/g, " ").slice(0, 100)} asks for less than ${code} did`,
      );
    }
  }
  return findings;
}
