// Packs every package, installs the tarballs into an empty folder as a user would, and builds a project with `npx ccb`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packPackages } from "../house/_pack-packages.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "ccb-tarballs-"));
const tarballs = join(folder, "tarballs");
const user = join(folder, "user");

function run(command: string, ...words: string[]): string {
  return execFileSync(command, words, {
    cwd: user,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26,
  });
}

try {
  mkdirSync(tarballs);
  mkdirSync(user);
  const packed = packPackages(root, tarballs);
  const dependencies = Object.fromEntries(packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]));
  const overrides = Object.fromEntries(packed.map(({ manifest }) => [manifest.name, `$${manifest.name}`]));
  writeFileSync(join(user, "package.json"), JSON.stringify({ name: "user", private: true, dependencies, overrides }));
  run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error");
  console.log(`installed ${packed.length} tarballs`);

  const version = run("npx", "--no-install", "ccb", "--version").trim();
  const expected = packed.find(({ manifest }) => manifest.name === "@ccb/cli")?.manifest.version;
  assert.ok(
    expected !== undefined && version.includes(expected),
    `ccb --version printed "${version}", expected ${expected}`,
  );
  console.log(`ccb --version: ${version}`);

  copyFileSync(join(root, "examples/specs/task-tracker.md"), join(user, "spec.md"));
  const output = run("npx", "--no-install", "ccb", "init", "spec.md", "--offline", "--yes");
  const built = readdirSync(user, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(join("artifacts", "trace.json")) && !path.includes("node_modules"),
  );
  assert.equal(built.length, 1, `expected one project with artifacts/trace.json, found ${built.length}\n${output}`);
  const project = join(user, built[0] ?? "", "../..");
  for (const file of ["package.json", "README.md", "CLAUDE.md"]) {
    assert.ok(existsSync(join(project, file)), `the project has no ${file}`);
  }
  console.log(output.trimEnd().split("\n").slice(-12).join("\n"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
