import { resolve } from "node:path";
import { checkVulnerabilities, type VulnerabilityReport } from "@ccb/agents/research";
import { listPackages } from "./list-packages.ts";

export interface CheckPackagesOptions {
  /** A project directory. */
  directory: string;
  /** Base URL of an OSV API; its public one by default. */
  osvUrl?: string;
  signal?: AbortSignal;
}

/** Asks the OSV database about the packages that a project's lock files name. Never rejects because it cannot be reached: that is the report's `not-checked`. */
export async function checkPackages(options: CheckPackagesOptions): Promise<VulnerabilityReport> {
  return checkVulnerabilities({
    packages: await listPackages(resolve(options.directory)),
    ...(options.osvUrl === undefined ? {} : { url: options.osvUrl }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}
