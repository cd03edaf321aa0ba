import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTree } from "../house/_check-tree.ts";
import { readReadmeCommands } from "./_readme-commands.ts";

const script = join(import.meta.dirname, "run.ts");
const repository = join(import.meta.dirname, "../..");

function runCi(root: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--root", root, ...words], {
    encoding: "utf8",
    env: {
      ...process.env,
      ANTHROPIC_API_KEY: "a-key-that-no-step-may-see",
      CCB_CI_PATH: `${process.env.PATH}:/the/readers/path`,
    },
  });
  return { status, lines: stdout.trimEnd().split("\n"), stderr };
}

const manifest = JSON.stringify({ scripts: { lint: "echo one > lint-1 && false && echo three > lint-3" } });

test("the README's marked commands are run exactly, as a reader would, without a key", () => {
  const readme = [
    "<!-- ci -->",
    "```bash",
    'echo "$PATH $ANTHROPIC_API_KEY" > first',
    "printf '      Tests  7 passed (7)\\n' | tee second",
    "```",
    "```bash",
    "touch never",
    "```",
  ].join("\n");
  withTree({ "package.json": manifest, "README.md": readme }, (root) => {
    const { status, lines } = runCi(root, "--only", "README");
    expect(readdirSync(root).sort()).toEqual(["README.md", "first", "package.json", "second"]);
    expect(readFileSync(join(root, "first"), "utf8")).toMatch(/:\/the\/readers\/path \n$/);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^ok {3}README: printf .* \(\d+\.\d s, 7 tests passed, 0 failed\)$/);
    expect(lines[2]).toBe("8 passed, 0 failed");
    expect(status).toBe(0);
  });
});

test("every step runs even if one before it failed; output is shown on failure; the last line counts", () => {
  const files = {
    "package.json": JSON.stringify({ ...JSON.parse(manifest), dependencies: { nowhere: "workspace:^" } }),
    "README.md":
      "<!-- ci -->\n```bash\nprintf ' FAIL  a.test.ts > adds\\nError: 3\\n  Tests  2 failed | 3 passed (5)\\n'; exit 1\n```",
    "packages/a/examples/x.ts": "console.log('fine');",
    "examples/y.ts": "console.error('why it broke'); process.exit(3);",
  };
  withTree(files, (root) => {
    const { status, lines } = runCi(root);
    expect(existsSync(join(root, "lint-1")) && existsSync(join(root, "lint-3"))).toBe(true);
    const outcomes = lines.filter((line) => /^(?:ok|FAIL) /.test(line)).map((line) => line.replace(/ \(.*/, ""));
    expect(outcomes).toEqual([
      "FAIL install",
      "FAIL build",
      "ok   lint: echo one > lint-1",
      "FAIL lint: false",
      "ok   lint: echo three > lint-3",
      "FAIL packages",
      "FAIL tarballs",
      "FAIL shown outputs",
      "FAIL README: printf ' FAIL  a.test.ts > adds\\nError: 3\\n  Tests  2 failed | 3 passed",
      "ok   example: packages/a/examples/x.ts",
      "FAIL example: examples/y.ts",
      "FAIL a.test.ts > adds: Error: 3",
    ]);
    expect(lines).toContain("     | why it broke");
    expect(lines.at(-1)).toBe("6 passed, 9 failed");
    expect(status).toBe(1);
  });
});

test("a test run that fails without a failed test, and a README without commands, count as failed", () => {
  const readme = "<!-- ci -->\n```bash\nprintf '  Tests  3 passed (3)\\n'; exit 1\n```";
  withTree({ "package.json": manifest, "README.md": readme }, (root) => {
    expect(runCi(root, "--only", "README").lines.at(-1)).toBe("3 passed, 1 failed");
    expect(runCi(root, "--only", "no such step").lines.at(-1)).toBe("0 passed, 1 failed");
  });
  withTree({ "package.json": manifest }, (root) => {
    expect(runCi(root, "--only", "README").lines.at(-1)).toBe("0 passed, 1 failed");
  });
});

test("this repository's CI runs exactly its README's commands, every part of its lint script and every example", () => {
  const listed = runCi(repository, "--list").lines.map((line) => line.split("\t"));
  const readme = join(repository, "README.md");
  const commands = existsSync(readme) ? readReadmeCommands(readFileSync(readme, "utf8")) : [];
  const named = (prefix: string) => listed.filter(([name]) => name?.startsWith(prefix)).map(([, command]) => command);
  expect(commands.length).toBeGreaterThan(0);
  expect(named("README: ")).toEqual(commands);
  expect(commands.some((command) => /\bpnpm test$/.test(command))).toBe(true);
  expect(commands.some((command) => /\bpnpm demo$/.test(command))).toBe(true);
  expect(named("lint: ").join(" && ")).toBe(
    JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).scripts.lint,
  );
  const examples = execFileSync("git", ["ls-files", "examples/*.ts", "packages/*/examples/*.ts"], {
    cwd: repository,
    encoding: "utf8",
  });
  const programs = examples
    .split("\n")
    .filter((path) => /(?:^|\/)examples\/[^/]+\.ts$/.test(path) && existsSync(join(repository, path)));
  expect(named("example: ")).toEqual(
    expect.arrayContaining(programs.map((path) => `node --conditions=ccb-source ${path}`)),
  );
});

test(".ci/run is executable bash that hands over to this script and keeps the last line when the toolchain is missing", () => {
  const path = join(repository, ".ci/run");
  expect(readFileSync(path, "utf8")).toContain("scripts/ci/run.ts");
  withTree({ "bin/npx": "#!/bin/sh\nexit 1\n" }, (root) => {
    execFileSync("chmod", ["+x", join(root, "bin/npx")]);
    const { status, stdout } = spawnSync(path, {
      encoding: "utf8",
      env: { PATH: `${join(root, "bin")}:${process.env.PATH}` },
    });
    expect(status).toBe(1);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("0 passed, 1 failed");
  });
});
