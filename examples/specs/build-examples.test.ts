import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService } from "@ccb/testing";
import { afterEach, expect, test } from "vitest";

// The whole way: each example specification is built by `ccb init --offline` with the real Claude Code, then checked by a test that was written from the
// specification alone.

const program = join(import.meta.dirname, "..", "..", "packages", "cli", "src", "bin.ts");
const token = "a-credential-for-the-black-box";
const cwd = mkdtempSync(join(tmpdir(), "ccb-examples-"));
afterEach(() => rmSync(join(cwd, "out"), { recursive: true, force: true }));

async function run(command: string, args: string[], environment: Record<string, string>) {
  const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH ?? "", HOME: cwd, ...environment } });
  let output = "";
  child.stdout.on("data", (text: Buffer) => {
    output += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    output += text.toString();
  });
  const [code] = await once(child, "close");
  return { code, output };
}

async function checkService(name: string, credential: string): Promise<void> {
  const { check } = (await import(`./${name}.blackbox.ts`)) as {
    check: (url: string, options: { token: string }) => Promise<void>;
  };
  const service = await startService({
    service: {
      command: "npm start",
      readyPath: "/health",
      env: { DATABASE_FILE: "{{tmp}}/service.db", [credential]: token },
    },
    cwd: join(cwd, "out"),
    env: { PATH: process.env.PATH ?? "" },
  });
  try {
    await check(service.url, { token });
  } finally {
    expect(await service.stop()).toEqual({ killed: false, portFree: true });
  }
}

test.each([
  ["task-tracker", "API_TOKEN", /e-mail|dashboard/],
  ["library-lending", "LIBRARY_API_KEY", /./],
  ["clinic-appointments", "CLINIC_TOKEN", /./],
  ["festival-volunteers", "CREW_KEY", /text message/],
])("%s.md is built offline and passes its independent test", { timeout: 300_000 }, async (name, credential, waived) => {
  const specification = join(import.meta.dirname, `${name}.md`);
  const args = ["--conditions=ccb-source", program, "init", specification, "--offline", "--yes", "-o", "out"];
  const { code, output } = await run(process.execPath, args, {});
  expect(output).toContain("Done: Every phase is built.");
  expect(code).toBe(0);
  const trace = JSON.parse(readFileSync(join(cwd, "out", "artifacts", "trace.json"), "utf8"));
  expect(trace.totals.failed + trace.totals["not-built"]).toBe(0);
  const reasons = trace.rows.filter((row: { status: string }) => row.status === "waived");
  expect(JSON.stringify(reasons)).toMatch(waived);
  await checkService(name, credential);
});
