import { spawnSync } from "node:child_process";
import { join } from "node:path";

const tools = join(import.meta.dirname, "../../node_modules/.bin");

/** What publint (warnings count) and attw (as an ESM-only package) find wrong with a packed tarball. */
export function checkTarball(tarball: string): string[] {
  return [
    ...runTool("publint", ["run", tarball, "--strict", "--level", "warning"]),
    ...runTool("attw", ["--profile", "esm-only", "--no-color", "--no-emoji", "--format", "ascii", tarball]),
  ];
}

function runTool(name: string, words: string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync(join(tools, name), words, { encoding: "utf8" });
  if (error) return [`${name} could not be run: ${error.message}`];
  return status === 0 ? [] : [`${name}: ${`${stdout}${stderr}`.trim()}`];
}
