// Runs the command line from a program, as `ccb init spec.md --dry-run --output-dir plan` does.
// Run: node --conditions=ccb-source packages/cli/examples/plan-from-a-program.ts
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "@ccb/cli";

const cwd = mkdtempSync(join(tmpdir(), "ccb-cli-"));
const specification = "# Notes\n\n- The service must answer GET /health with 200.\n- The service must store notes.\n";
writeFileSync(join(cwd, "spec.md"), specification);

const code = await runCli({
  argv: ["init", "spec.md", "--dry-run", "--output-dir", "plan"],
  cwd,
  environment: { PATH: process.env.PATH ?? "", HOME: cwd },
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});

assert.equal(code, 0);
assert.ok(existsSync(join(cwd, "plan", "artifacts", "plan.json")));
rmSync(cwd, { recursive: true });
