import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestProject } from "../_test-project.ts";
import { createSandbox, detectSandboxes } from "./create-sandbox.ts";
import { planProjectSetup, setUpProject } from "./set-up-project.ts";

const hasBubblewrap = (await detectSandboxes()).some(({ kind, isThere }) => kind === "bubblewrap" && isThere);

function canRun(...words: [string, ...string[]]): boolean {
  try {
    execFileSync(words[0], words.slice(1), { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const hasPython = canRun("/usr/bin/python3", "-c", "import ensurepip");

const plan = (files: string[], network = false) =>
  planProjectSetup({ has: (path) => files.includes(path) }, { network }).map(({ command }) => command);

test("what is set up follows from the files that are there", () => {
  expect(plan([])).toEqual([]);
  expect(plan(["package.json", "package-lock.json"])).toEqual(["npm ci --no-audit --no-fund --offline"]);
  expect(plan(["package.json"], true)).toEqual(["npm install --no-audit --no-fund"]);
  expect(plan(["package.json", "node_modules"])).toEqual([]);
  expect(plan(["requirements.txt", ".venv", "vendor"])).toEqual([
    ".venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --find-links vendor -r requirements.txt",
  ]);
});

test.skipIf(!hasBubblewrap)(
  "a Node project with a package of its own, without network, again after a restart",
  { timeout: 60_000 },
  async () => {
    await using project = await createTestProject({
      "package.json": JSON.stringify({ name: "app", dependencies: { greet: "file:greet" } }),
    });
    mkdirSync(join(project.cwd, "greet"));
    const { writeFile } = await import("node:fs/promises");
    await writeFile(
      join(project.cwd, "greet/package.json"),
      JSON.stringify({ name: "greet", version: "1.0.0", main: "index.js" }),
    );
    await writeFile(join(project.cwd, "greet/index.js"), 'module.exports = "hello from greet";');
    const open = () => createSandbox({ directory: project.cwd, kind: "bubblewrap" });
    await using sandbox = await open();
    const { ready, steps } = await setUpProject({ sandbox, directory: project.cwd });
    expect(steps.map(({ run }) => run.output).join("")).not.toMatch(/ERR/);
    expect(ready).toBe(true);
    await sandbox.close();
    await using again = await open();
    expect((await setUpProject({ sandbox: again, directory: project.cwd })).steps).toEqual([]);
    const run = await again.run({ command: "node -p 'require(\"greet\")'" });
    expect(run.stdout).toBe("hello from greet\n");
  },
);

const wheel = `
import zipfile
with zipfile.ZipFile("vendor/greet-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("greet.py", "text = 'hello from greet'\\n")
    wheel.writestr("greet-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: greet\\nVersion: 1.0\\n")
    wheel.writestr("greet-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("greet-1.0.dist-info/RECORD", "greet.py,,\\ngreet-1.0.dist-info/METADATA,,\\ngreet-1.0.dist-info/WHEEL,,\\ngreet-1.0.dist-info/RECORD,,\\n")
`;

test.skipIf(!hasBubblewrap || !hasPython)(
  "a Python project in a venv of its own, with a wheel that lies in it",
  { timeout: 120_000 },
  async () => {
    await using project = await createTestProject({ "requirements.txt": "greet==1.0\n", "wheel.py": wheel });
    mkdirSync(join(project.cwd, "vendor"));
    execFileSync("/usr/bin/python3", ["wheel.py"], { cwd: project.cwd });
    await using sandbox = await createSandbox({ directory: project.cwd, kind: "bubblewrap" });
    const { ready, steps } = await setUpProject({ sandbox, directory: project.cwd });
    expect(steps.map(({ run }) => run.output).join("")).not.toMatch(/ERROR/);
    expect(ready).toBe(true);
    const run = await sandbox.run({ command: ".venv/bin/python -c 'import greet; print(greet.text)'" });
    expect(run.stdout).toBe("hello from greet\n");
  },
);

test.skipIf(!hasBubblewrap)("a package that is nowhere stops the set-up and says so", { timeout: 60_000 }, async () => {
  await using project = await createTestProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { "left-out": "1.0.0" } }),
  });
  await using sandbox = await createSandbox({ directory: project.cwd, kind: "bubblewrap" });
  const { ready, steps } = await setUpProject({ sandbox, directory: project.cwd });
  expect(ready).toBe(false);
  expect(steps.at(-1)?.run.output).toContain("ENOTCACHED");
});
