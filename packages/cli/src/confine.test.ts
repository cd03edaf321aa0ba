import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { detectBubblewrap } from "@ccb/claude-code";
import { createScriptedModel } from "@ccb/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { renderPartsSpecification, scriptParts } from "../test-support/parts-product.ts";
import { runCcb } from "../test-support/run-ccb.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-confine-")));
  writeFileSync(join(cwd, "spec.md"), renderPartsSpecification([{ id: "one" }]));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

/** A build whose only session does its work and writes in `<cwd>/beside` too; tells what the session was told of that. */
async function build(...more: string[]) {
  mkdirSync(join(cwd, "beside"), { recursive: true });
  const code = `require("fs").writeFileSync("${cwd}/beside/out.txt", "x")`;
  const told: string[] = [];
  const model = await createScriptedModel({
    rules: scriptParts(
      [{ id: "one", command: `echo one > one.txt; node -e '${code}'` }],
      async (_part, conversation) => {
        for (const { name, result } of conversation.toolResults) if (name === "Bash") told.push(result ?? "");
        return undefined;
      },
    ),
  });
  const args = ["init", "spec.md", "--base-url", model.url, "--yes", "-o", "out", ...more];
  const run = await runCcb({ args, cwd, environment: { ANTHROPIC_API_KEY: "sk-ant-test-0123456789abcdef" } });
  await model.close();
  return { ...run, told: told.join("\n"), wrote: existsSync(join(cwd, "beside", "out.txt")) };
}

test.runIf(detectBubblewrap(process.env.PATH ?? "").path !== undefined)(
  "a session writes only in its project unless a folder is allowed, and init and status say so",
  { timeout: 180_000 },
  async () => {
    const held = await build();
    expect(held.stdout).toMatch(
      /· sessions +confined by bubblewrap; .+ writes only in the project, the network stays open/,
    );
    expect(held.told).toMatch(/EROFS/);
    expect(held.wrote).toBe(false);
    expect(held.code).toBe(0);
    const status = await runCcb({ args: ["status", "out"], cwd });
    expect(status.stdout).toMatch(/Sessions +confined by bubblewrap/);
    await rm(join(cwd, "out"), { recursive: true });
    writeFileSync(join(cwd, "ccb.config.yaml"), "confine: bubblewrap\nconfineWritable: [beside]\n");
    const allowed = await build();
    expect(allowed.stdout).toContain(`writes only in the project and ${join(cwd, "beside")}`);
    expect([allowed.wrote, allowed.code]).toEqual([true, 0]);
  },
);

test("where bubblewrap is not there, it is said, and a build that asks for it does not begin", {
  timeout: 180_000,
}, async () => {
  // Everything of the PATH but bwrap.
  const bin = join(cwd, "bin");
  mkdirSync(bin);
  for (const name of ["git", "node", "sh", "bash", "grep", "sleep"]) {
    const found = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
    const path = found.find((candidate) => existsSync(candidate));
    if (path) symlinkSync(await realpath(path), join(bin, name));
  }
  const run = (...more: string[]) =>
    runCcb({ args: ["init", "spec.md", "--dry-run", "-y", "-o", "out", ...more], cwd, environment: { PATH: bin } });
  const lacking = await run();
  expect(lacking.stdout).toMatch(/! sessions +not confined \(bwrap is not on the PATH|bubblewrap needs Linux/);
  expect(lacking.code).toBe(0);
  const asked = await run("--confine", "bubblewrap");
  expect(asked.stderr).toMatch(/Sessions cannot be confined by bubblewrap: /);
  expect(asked.stderr).not.toContain("    at ");
  expect(asked.code).toBe(1);
  const without = await run("--confine", "off");
  expect(without.stdout).toMatch(/· sessions +not confined, as asked/);
  const nowhere = await run("--confine-write", "not-there");
  expect(nowhere.stderr).toContain(`Sessions cannot be let write in ${join(cwd, "not-there")}`);
  expect(nowhere.code).toBe(2);
});
