import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkTarball } from "./_check-tarball.ts";
import { measureBundle } from "./_measure-bundle.ts";
import { packPackages } from "./_pack-packages.ts";

/** Minified bytes of the own code of the packages that others are built on. */
const bundleLimits: Readonly<Record<string, number>> = { "@ccb/core": 20_000, "@ccb/context": 100_000 };

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "ccb-packages-"));
let problems = 0;
function report(subject: string, found: string[]): void {
  problems += found.length;
  console.log(`${found.length === 0 ? "ok  " : "FAIL"} ${subject}`);
  for (const problem of found) console.log(`       ${problem.replaceAll("\n", "\n       ")}`);
}
try {
  const packed = packPackages(root, folder);
  for (const { manifest, tarball } of packed) report(`${manifest.name}: publint and attw`, checkTarball(tarball));
  for (const [name, limit] of Object.entries(bundleLimits)) {
    const found = packed.find(({ manifest }) => manifest.name === name);
    const bytes = found ? await measureBundle(join(found.directory, "dist/index.js")) : 0;
    const isWithin = bytes > 0 && bytes <= limit;
    report(`${name}: ${bytes} bytes minified, the limit is ${limit}`, isWithin ? [] : ["the size limit does not hold"]);
  }
  if (packed.length === 0) report("packages", ["looked at 0 packages: nothing was checked"]);
  console.log(`${packed.length} packages packed and looked at, ${problems} problems.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = problems === 0 ? 0 : 1;
