import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createScriptedModel } from "@ccb/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bash, honestFiles, ordersSpecification, renderWrites, scriptOrders } from "../test-support/orders-product.ts";
import { runCcb } from "../test-support/run-ccb.ts";

let cwd: string;
let copies = 0;

const environment = { ANTHROPIC_API_KEY: "sk-ant-test-0123456789abcdef" };
const run = (...args: string[]) => runCcb({ args, cwd, environment });
const inProject = (project: string, ...path: string[]) => join(cwd, project, ...path);

/** A copy of the built project that a test may change. */
function copyProject(): string {
  const project = `copy-${++copies}`;
  cpSync(join(cwd, "built"), inProject(project), { recursive: true, verbatimSymlinks: true });
  return project;
}

/** A person's commit on top of the build. */
function commit(project: string, path: string, text: string): void {
  writeFileSync(inProject(project, path), text);
  const identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
  execFileSync("git", [...identity, "commit", "-qam", "Change it"], {
    cwd: inProject(project),
    stdio: "pipe",
  });
}

beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-acceptance-")));
  await writeFile(join(cwd, "spec.md"), ordersSpecification);
  const rules = scriptOrders(() => ({ tools: [bash(renderWrites(honestFiles))], says: "Done." }));
  const model = await createScriptedModel({ rules });
  const made = await run("init", "spec.md", "--base-url", model.url, "--yes", "-o", "built");
  await model.close();
  expect(made.stdout).toContain("Done: Every phase is built.");
}, 120_000);

afterAll(() => rm(cwd, { recursive: true, force: true }));

describe("ccb test", () => {
  test("runs the checks that were asked for, and names the phases and criteria there are when it was asked for others", async () => {
    const project = copyProject();
    const phase = await run("test", project, "--sandbox", "none", "--phase", "orders");
    expect(phase).toMatchObject({ code: 0, stderr: "" });
    expect(phase.stdout).toMatch(/pass ORDERS Orders are kept and listed/);
    expect(phase.stdout).not.toContain("HEALTH The service");
    expect(phase.stdout).toContain("(1 checked now)");
    const criterion = await run("test", project, "--sandbox", "none", "--criterion", "HEALTH", "--json");
    expect(criterion.code).toBe(0);
    expect(JSON.parse(criterion.stdout).totals).toMatchObject({ criteria: 2, passed: 2, failed: 0 });
    expect(criterion.stderr).toMatch(/pass HEALTH/);
    expect(await run("test", project, "--phase", "nowhere")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no phase "nowhere".*base, orders/s),
    });
    expect(await run("test", project, "--criterion", "X-1")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("HEALTH, ORDERS"),
    });
  });

  test("--rerun-failed runs what failed and nothing else, and the exit code is 5 until all pass", async () => {
    const project = copyProject();
    const routes = readFileSync(inProject(project, "src", "routes.js"), "utf8");
    commit(project, "src/routes.js", routes.replace("orders: orders.list() })", "orders: [] })"));
    const broken = await run("test", project, "--sandbox", "none");
    expect(broken.code).toBe(5);
    expect(broken.stdout).toMatch(/FAIL ORDERS .*\n.*orders\.0\.item/);
    expect(broken.stdout).toContain("1 of 2 criteria passed, 1 failed, 0 not run (2 checked now)");
    expect(readFileSync(inProject(project, "artifacts", "junit.xml"), "utf8")).toMatch(
      /<testcase name="ORDERS: .*<failure/,
    );
    const again = await run("test", project, "--sandbox", "none", "--rerun-failed");
    expect(again.code).toBe(5);
    expect(again.stdout).toContain("(1 checked now)");
    commit(project, "src/routes.js", routes);
    const mended = await run("test", project, "--sandbox", "none", "--rerun-failed");
    expect(mended.code).toBe(0);
    expect(mended.stdout).toContain("2 of 2 criteria passed, 0 failed, 0 not run (1 checked now)");
    expect((await run("test", project, "--sandbox", "none", "--rerun-failed")).stdout).toContain("(0 checked now)");
  });

  test("kinds of check of one's own come from a module, and a module without any is refused", async () => {
    await writeFile(join(cwd, "none.mjs"), "export default [{ name: 'x' }];\n");
    expect(await run("test", "built", "--sandbox", "none", "--check-kinds", "none.mjs")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no list of check kinds"),
    });
    expect(await run("init", "spec.md", "--dry-run", "--check-kinds", "nowhere.mjs")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("cannot be loaded"),
    });
  });
});

describe("ccb trace", () => {
  test("follows each requirement to its commit and evidence, without a hole", async () => {
    const { code, stdout } = await run("trace", "built");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /verified\s+FR-2 POST \/orders .*\n\s+tasks: orders [0-9a-f]{10}\n\s+criteria: ORDERS passed/,
    );
    expect(stdout).toContain("no hole");
    const mermaid = await run("trace", "built", "--mermaid");
    expect(mermaid).toMatchObject({ code: 0, stderr: "" });
    expect(mermaid.stdout).toMatch(/^flowchart LR\n/);
    expect(mermaid.stdout).toMatch(/t_orders --> g_[0-9a-f]{10}/);
    const { holes, rows } = JSON.parse((await run("trace", "built", "--json")).stdout);
    expect(holes).toEqual([]);
    expect(rows[1].tasks[0].gate).toEqual({ outcome: "clean", findings: 0, mended: 0, signedFor: 0 });
  });

  test("evidence that is gone or was changed is a hole, and exit code 5", async () => {
    const project = copyProject();
    const path = inProject(project, "artifacts", "evidence", "ORDERS.json");
    const kept = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...kept, evidence: { ...kept.evidence, summary: "All is well." } }));
    const changed = await run("trace", project);
    expect(changed.code).toBe(5);
    expect(changed.stdout).toContain("Criterion ORDERS has evidence that was changed after it was gathered.");
    rmSync(path);
    const gone = await run("trace", project, "--mermaid");
    expect(gone.code).toBe(5);
    expect(gone.stderr).toContain("hole: Criterion ORDERS has no evidence.");
  });

  test("a folder that is no project exits 2", async () => {
    expect(await run("trace", ".")).toMatchObject({ code: 2, stderr: expect.stringContaining("not a CCB project") });
  });
});

test("a project that ccb init made has a hook that stops a person's commit with a secret", () => {
  const project = copyProject();
  // Put together here, so that no key stands in this file.
  const key = ["ghp_", "q7Zx3LmV9bTr2KwYc8Nf", "5HsJd1Pg6Ea4Ru0X"].join("");
  expect(() => commit(project, "src/double.js", `export const token = "${key}";\n`)).toThrow(/github-pat/);
});
