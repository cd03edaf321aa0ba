import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { checkVulnerabilities, type VulnerabilityReport } from "@ccb/agents/research";
import { listPackages } from "./list-packages.ts";

export interface CheckPackagesOptions {
  /** A project directory. */
  directory: string;
  /** Base URL of an OSV API; its public one by default. */
  osvUrl?: string;
  signal?: AbortSignal;
  /** Milliseconds for all of it; 20000 by default. */
  timeoutMs?: number;
}

/**
 * Asks the OSV database about the packages that a project's lock files name. Never rejects because it cannot be reached: that is the report's `not-checked`, as are packages
 * of which no lock file says the version.
 */
export async function checkPackages(
  options: CheckPackagesOptions,
): Promise<VulnerabilityReport & { packages: number }> {
  const directory = resolve(options.directory);
  const packages = await listPackages(directory);
  if (packages.length === 0) {
    const loose = await countLoosePackages(directory);
    const reason = `package.json names ${loose} packages, but no package-lock.json says their versions. \`npm install --package-lock-only\` writes one.`;
    if (loose > 0) return { status: "not-checked", reason, packages: loose };
  }
  const report = await checkVulnerabilities({
    packages,
    ...(options.osvUrl === undefined ? {} : { url: options.osvUrl }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  return { ...report, packages: packages.length };
}

async function countLoosePackages(directory: string): Promise<number> {
  const text = await readFile(join(directory, "package.json"), "utf8").catch(() => "{}");
  try {
    const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
    return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).length;
  } catch {
    return 0;
  }
}
