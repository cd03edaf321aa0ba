import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRepository } from "./open-repository.ts";

let root = "";
const environment = { PATH: process.env.PATH ?? "" };
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], { cwd: root, encoding: "utf8" });
const write = (path: string, text: string) => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ccb-repository-"));
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "t");
  git("config", "user.email", "t@localhost");
  for (const name of ["a", "b c", "ü", "d"]) write(`src/${name}.txt`, name);
  git("add", ".");
  git("commit", "--quiet", "-m", "first");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const names = ["src/a.txt", "src/b c.txt", "src/ü.txt", "src/d.txt", "new/e.txt", "new/\tf.txt", "artifacts/plan.json"];
const acts: Record<string, (name: string) => void> = {
  write: (name) => write(name, "other"),
  append: (name) => {
    mkdirSync(join(root, name, ".."), { recursive: true });
    appendFileSync(join(root, name), "+");
  },
  remove: (name) => rmSync(join(root, name), { force: true }),
  stage: () => git("add", "--all"),
  unstage: () => git("reset", "--quiet"),
  intend: () => git("add", "--intent-to-add", "."),
  commit: () => git("commit", "--quiet", "--allow-empty", "-am", "own"),
};

test("what changed since a commit is told the same whatever a session did with the index and its own commits", async () => {
  const base = git("rev-parse", "HEAD").trim();
  const step = fc.tuple(fc.constantFrom(...Object.keys(acts)), fc.constantFrom(...names));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      git("reset", "--quiet", "--hard", base);
      git("clean", "-fdxq");
      for (const [act, name] of steps) acts[act]?.(name);
      const told = await openRepository({ directory: root, environment }).listChanges(base);
      // The floor: everything staged, then compared by git itself.
      git("add", "--all");
      const rows = git("diff", "--cached", "--name-status", "--no-renames", "-z", base).split("\0");
      const letters: Record<string, string> = { A: "added", M: "modified", D: "deleted" };
      const expected = new Map<string, string | undefined>();
      for (let at = 0; at + 1 < rows.length; at += 2) {
        if (rows[at + 1]?.startsWith("artifacts/")) continue;
        expected.set(rows[at + 1] ?? "", letters[rows[at] ?? ""]);
      }
      expect(new Map(told.map(({ path, change }) => [path, change]))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test("what a session staged or committed of a folder that is not its own is not in the commit of its work", async () => {
  write("artifacts/plan.json", "ours");
  git("add", ".");
  git("commit", "--quiet", "-m", "plan");
  const base = git("rev-parse", "HEAD").trim();
  const repository = openRepository({ directory: root, environment });
  for (const act of ["stage", "commit"] as const) {
    git("reset", "--quiet", "--hard", base);
    write("artifacts/plan.json", "theirs");
    write("artifacts/more.json", "theirs");
    write("src/h.txt", act);
    git("add", "--all");
    acts[act]?.("src/h.txt");
    write("artifacts/plan.json", "ours");
    rmSync(join(root, "artifacts/more.json"));
    expect(await repository.listChanges(base)).toEqual([{ path: "src/h.txt", change: "added" }]);
    const made = await repository.commitSince(base, { subject: "task", trailers: [] }, { leaveOut: "artifacts" });
    expect(await repository.changedFiles(base, made)).toEqual([{ path: "src/h.txt", change: "added" }]);
  }
});

test("a session that goes back in history takes nothing that was merged before it off the main line", async () => {
  const first = git("rev-parse", "HEAD").trim();
  write("src/g.txt", "merged work");
  git("add", ".");
  git("commit", "--quiet", "-m", "merged");
  const base = git("rev-parse", "HEAD").trim();
  git("reset", "--quiet", "--soft", first);
  write("src/h.txt", "its own work");
  const repository = openRepository({ directory: root, environment });
  const made = await repository.commitSince(base, { subject: "task", trailers: [["CCB-Build", "b"]] });
  expect(git("rev-parse", `${made}^`).trim()).toBe(base);
  expect(git("show", `${made}:src/g.txt`)).toBe("merged work");
  expect(await repository.lastCommitOf("b")).toBe(made);
  git("commit", "--quiet", "--allow-empty", "-m", "a person's");
  expect(await repository.lastCommitOf("b")).toBe(made);
});
