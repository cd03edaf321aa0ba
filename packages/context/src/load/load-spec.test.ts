import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcbError } from "@ccb/core/errors";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSpec } from "./load-spec.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "load-spec-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function failure(action: Promise<unknown>): Promise<CcbError> {
  const error = await action.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!CcbError.isInstance(error)) throw new Error(`expected a CcbError, got ${String(error)}`);
  return error;
}

test("loads a file with a byte order mark: title, project name, hash, size", async () => {
  await writeFile(join(folder, "spec.md"), "\ufeff# Task Tracker — Requirements v1.2\n\nIt must work.\n");
  const spec = await loadSpec({ source: "spec.md", cwd: folder });
  expect(spec.text.startsWith("# Task")).toBe(true);
  expect(spec).toMatchObject({ title: "Task Tracker — Requirements v1.2", projectName: "task-tracker", warnings: [] });
  expect(spec.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(spec.bytes).toBe(Buffer.byteLength(spec.text) + 3);
});

test("joins several files and a folder in order, and says where each stands", async () => {
  await mkdir(join(folder, "specs", "more"), { recursive: true });
  await writeFile(join(folder, "specs", "b.md"), "# B\n\nsecond");
  await writeFile(join(folder, "specs", "a.txt"), "# A\nfirst\n");
  await writeFile(join(folder, "specs", "more", "c.rst"), "");
  await writeFile(join(folder, "specs", "skip.png"), "x");
  const spec = await loadSpec({ source: "specs", cwd: folder });
  expect(spec.sources.map(({ path }) => path)).toEqual([join("specs", "a.txt"), join("specs", "b.md")]);
  expect(spec.warnings).toHaveLength(1);
  const [, second] = spec.sources;
  expect(spec.text.slice(second?.span.start, second?.span.end)).toBe("# B\n\nsecond\n");
  expect(spec.text.split("\n")[(second?.span.startLine ?? 0) - 1]).toBe("# B");
  const listed = await loadSpec({ source: ["specs/b.md", "specs/a.txt"], cwd: folder });
  expect(listed.title).toBe("B");
});

test("reads standard input", async () => {
  async function* stdin(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from("# Größe\n\nEs muss gehen.\n");
    yield bytes.subarray(0, 5);
    yield bytes.subarray(5);
  }
  expect((await loadSpec({ source: { stdin: stdin() } })).title).toBe("Größe");
});

test("says what is wrong with input it cannot use", async () => {
  await writeFile(join(folder, "empty.md"), " \n\n");
  await writeFile(join(folder, "binary.md"), Buffer.from([137, 80, 78, 71, 0, 1, 2]));
  await writeFile(join(folder, "latin.md"), Buffer.from([35, 32, 0xe4, 0xf6, 10]));
  await writeFile(join(folder, "utf16.md"), Buffer.from("\ufeff# x", "utf16le"));
  await mkdir(join(folder, "none"));
  const cases: [string, RegExp][] = [
    ["missing.md", /no specification at missing\.md/],
    ["empty.md", /empty/],
    ["binary.md", /binary/],
    ["latin.md", /not valid UTF-8/],
    ["utf16.md", /UTF-16/],
    ["none", /holds no specification/],
  ];
  for (const [source, message] of cases) {
    const error = await failure(loadSpec({ source, cwd: folder }));
    expect(error.code).toBe("bad-input");
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  }
  await writeFile(join(folder, "large.md"), "x".repeat(2000));
  expect((await failure(loadSpec({ source: "large.md", cwd: folder, maxBytes: 1000 }))).message).toMatch(/too large/);
  if (process.getuid?.() !== 0) {
    await writeFile(join(folder, "locked.md"), "# x");
    await chmod(join(folder, "locked.md"), 0);
    expect((await failure(loadSpec({ source: "locked.md", cwd: folder }))).message).toMatch(/cannot be read/);
  }
});
