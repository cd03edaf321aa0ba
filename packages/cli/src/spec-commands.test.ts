import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCcb } from "../test-support/run-ccb.ts";

const before = `# Plant Diary

## Plants

- FR-1: The service must store plants.
- FR-2: The service must answer within 200 ms.
- The service must keep the date of the last watering.

## Reports

- FR-3: The service must print labels.
`;

const after = `# Plant Diary

## Plants

- FR-1: The service must store plants.
- FR-2: The service must answer within 100 ms.
- FR-9: The service must export plants as CSV.

## Reports

- The service must keep the date of the last watering.
`;

let cwd: string;
/** Temporary folders of ccb go here, so that a test sees what is left of them. */
let temporary: string;

beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-spec-")));
  temporary = join(cwd, "temporary");
  await mkdir(temporary);
  await mkdir(join(cwd, "specs"));
  await writeFile(join(cwd, "before.md"), before);
  await writeFile(join(cwd, "after.md"), after);
  await writeFile(join(cwd, "empty.md"), "");
  await writeFile(join(cwd, "specs", "a.md"), "# Shop\n\nThe service must list goods.\n");
  await writeFile(join(cwd, "specs", "b.md"), "# Speed\n\n- The service must store goods.\n- Search must be fast.\n");
  const section = (number: number) =>
    `## ${number}. Part\n\n${`The service must keep record ${number} of the ledger. `.repeat(40)}\n\n`;
  await writeFile(
    join(cwd, "long.md"),
    `# Ledger — “büro”\r\n\r\n${Array.from({ length: 30 }, (_, at) => section(at + 1)).join("")}`,
  );
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

const run = (args: string[], input?: string) =>
  runCcb({ args, cwd, environment: { TMPDIR: temporary }, ...(input === undefined ? {} : { input }) });

describe("ccb plan", () => {
  test("--json is one document with everything of the plan, and nothing is left behind", async () => {
    const listed = readdirSync(cwd);
    const { code, stdout, stderr } = await run(["plan", "-", "--json"], before);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const { requirements, plan, criteria, forecast } = JSON.parse(stdout);
    expect(requirements.map(({ label }: { label?: string }) => label).filter(Boolean)).toEqual([
      "FR-1",
      "FR-2",
      "FR-3",
    ]);
    const covered = plan.phases.flatMap((phase: { tasks: { requirementIds: string[] }[] }) =>
      phase.tasks.flatMap((task) => task.requirementIds),
    );
    const waived = plan.waivers.map(({ requirementId }: { requirementId: string }) => requirementId);
    expect(new Set([...covered, ...waived])).toEqual(new Set(requirements.map(({ id }: { id: string }) => id)));
    expect(criteria.map(({ phase }: { phase: string }) => phase)).toEqual(
      plan.phases.map(({ id }: { id: string }) => id),
    );
    expect(forecast.expectedMicroUsd).toBeGreaterThan(0);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(cwd)).toEqual(listed);
  });

  test("a specification of many requirements is planned in pieces that fit together", async () => {
    const topics = ["orders", "refunds", "shipments", "invoices", "vendors", "routes", "drivers", "alerts"];
    const part = (at: number) => {
      const topic = topics[at % topics.length];
      const lines = Array.from({ length: 20 }, (_, index) => {
        const number = at * 20 + index + 1;
        return `- FR-${number}: The system must list ${topic} of region ${number} to its ${topics[(at + index) % topics.length]} desk.`;
      });
      return `## ${at + 1}. ${topic}\n\n${lines.join("\n")}\n`;
    };
    const text = `# Operations\n\n${Array.from({ length: 50 }, (_, at) => part(at)).join("\n")}`;
    const { code, stdout, stderr } = await run(["plan", "-", "--json"], text);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const { requirements, plan } = JSON.parse(stdout);
    expect(requirements).toHaveLength(1000);
    const tasks = plan.phases.flatMap((phase: { tasks: { id: string; requirementIds: string[] }[] }) => phase.tasks);
    const ids = tasks.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id: string) => id.includes("project-setup"))).toEqual(["project-setup"]);
    const covered = tasks.flatMap(({ requirementIds }: { requirementIds: string[] }) => requirementIds);
    expect(new Set(covered).size).toBe(1000);
    const shown = await run(["plan", "-"], text);
    expect(shown.stdout.split("\n").length).toBeLessThan(400);
    expect(shown.stdout).toMatch(/… and \d+ more phases: see --json/);
  });

  test("as text it counts and lists; with --output-dir the artifacts stay", async () => {
    const { code, stdout } = await run(["plan", "before.md", "-m", "claude-opus-5-5", "-o", "kept"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Requirements\s+4: /);
    expect(stdout).toMatch(/Plan\s+\d+ phases?, \d+ tasks?/);
    expect(stdout).toMatch(/Forecast\s+\$\d.*claude-opus-5-5/);
    expect(stdout).toContain("project-setup");
    for (const name of ["plan.json", "plan.md", "criteria.json", "forecast.json"]) {
      expect(existsSync(join(cwd, "kept", "artifacts", name)), name).toBe(true);
    }
    const again = await run(["plan", "before.md", "-o", "kept"]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/not empty.*--yes/s) });
  });
});

describe("ccb chunk", () => {
  test("the files of --output-dir joined are the specification, byte for byte", async () => {
    const { code, stdout } = await run(["chunk", "long.md", "--window", "4000", "--overlap", "50", "-o", "chunks"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/strategy sections:.*at most 2,800 tokens/);
    const folder = join(cwd, "chunks");
    const { chunks, strategy } = JSON.parse(readFileSync(join(folder, "chunks.json"), "utf8"));
    expect(strategy).toBe("sections");
    expect(chunks.length).toBeGreaterThan(3);
    const joined = chunks.map(({ file }: { file: string }) => readFileSync(join(folder, file), "utf8")).join("");
    expect(joined).toBe(readFileSync(join(cwd, "long.md"), "utf8"));
    expect(existsSync(join(folder, chunks[1].file.replace(".md", ".overlap.md")))).toBe(true);
    const again = await run(["chunk", "long.md", "-o", "chunks"]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("not empty") });
  });

  test("--json holds texts, spans and navigation; the table holds a line a chunk", async () => {
    const { stdout } = await run(["chunk", "long.md", "--window", "4000", "--json"]);
    const { chunks, totalTokens } = JSON.parse(stdout);
    expect(chunks.map(({ text }: { text: string }) => text).join("")).toBe(readFileSync(join(cwd, "long.md"), "utf8"));
    expect(chunks[1].navigation).toMatchObject({ position: expect.stringMatching(/^Part 2 of/) });
    expect(chunks[1].span.startLine).toBe(chunks[0].span.endLine + 1);
    expect(totalTokens).toBeGreaterThan(2800);
    const table = await run(["chunk", "-"], before);
    expect(table.stdout).toMatch(/strategy single/);
    expect(table.stdout).toMatch(/\n +1 .* 1-11 .*Plant Diary/);
  });
});

describe("ccb spec diff", () => {
  test("names what was added, removed, changed and moved with its lines, and exits 0", async () => {
    const { code, stdout } = await run(["spec", "diff", "before.md", "after.md"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 added, 1 removed, 1 changed, 1 moved, 1 unchanged\n/);
    expect(stdout).toMatch(/\+ after\.md:7 {2}FR-9/);
    expect(stdout).toMatch(/- before\.md:11 {2}FR-3/);
    expect(stdout).toMatch(/~ before\.md:6 → after\.md:6 {2}FR-2 {2}another value\n.*within 200 ms.*\n.*within 100 ms/);
    expect(stdout).toMatch(/> before\.md:7 → after\.md:11 .*\n.*Plants → .*Reports/);
  });

  test("--json with one version from standard input", async () => {
    const { stdout } = await run(["spec", "diff", "-", "after.md", "--json"], before);
    const diff = JSON.parse(stdout);
    expect(diff).toMatchObject({
      added: [{ label: "FR-9", file: "after.md", line: 7 }],
      removed: [{ label: "FR-3", file: "-", line: 11 }],
      changed: [{ reason: "value", before: { label: "FR-2" }, after: { label: "FR-2" } }],
      unchanged: 1,
    });
    expect(await run(["spec", "diff", "-", "-"], before)).toMatchObject({ code: 2 });
  });
});

describe("ccb spec lint", () => {
  test("findings name the right file and line among several, and only --strict makes them an exit code", async () => {
    const { code, stdout } = await run(["spec", "lint", "specs"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^specs\/b\.md:4: ambiguous-word: /m);
    expect(stdout).toMatch(/^specs\/b\.md:4: untestable: /m);
    const strict = await run(["spec", "lint", "specs/a.md", "specs/b.md", "--strict", "--json"]);
    expect(strict.code).toBe(5);
    expect(JSON.parse(strict.stdout)).toMatchObject({
      counts: { "ambiguous-word": 1, untestable: 1 },
      findings: [
        { file: "specs/b.md", line: 4 },
        { file: "specs/b.md", line: 4 },
      ],
    });
    expect((await run(["spec", "lint", "specs/a.md", "--strict"])).code).toBe(0);
  });
});

const badCalls: [what: string, args: string[], expected: RegExp][] = [
  ["a missing file", ["chunk", "nope.md"], /nope\.md/],
  ["an empty file", ["plan", "empty.md"], /empty/],
  ["a window of 0", ["chunk", "before.md", "--window", "0"], /--window.*above 0/],
  ["a window that is no number", ["chunk", "before.md", "--window", "big"], /--window.*whole number/],
  ["standard input beside a file", ["spec", "lint", "-", "before.md"], /cannot be combined/],
  ["one version only", ["spec", "diff", "before.md"], /missing required argument 'after'/],
  ["an unknown review", ["spec", "frob"], /unknown command 'frob'/],
  ["an option of another command", ["plan", "before.md", "--no-tests"], /unknown option '--no-tests'/],
];

test.for(badCalls)("bad input is said clearly and exits 2: %s", async ([, args, expected]) => {
  const { code, stderr } = await run(args);
  expect(stderr).toMatch(expected);
  expect(stderr).not.toMatch(/\n\s+at |bug in CCB/);
  expect(code).toBe(2);
  expect(readdirSync(temporary)).toEqual([]);
});

test("--help of every command has an example, and the top one lists them", async () => {
  for (const command of [["plan"], ["chunk"], ["spec", "diff"], ["spec", "lint"]]) {
    const { code, stdout } = await run([...command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Example:\\n.*ccb ${command.join(" ")} `));
  }
  expect((await run(["--help"])).stdout).toMatch(/ plan [\s\S]* chunk [\s\S]* spec [\s\S]*spec lint[\s\S]*spec diff/);
});
