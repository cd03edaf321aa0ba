import { join } from "node:path";
import { offlineModelId } from "@ccb/core";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import { checkPackages } from "../research/check-packages.ts";
import { listPackages } from "../research/list-packages.ts";
import type { Workbench } from "../workbench.ts";

/** What of the workbench the check needs. */
export type VulnerabilityBench = Pick<Workbench, "askOutside" | "emit" | "environment" | "signal"> & {
  model: Pick<Workbench["model"], "id">;
  paths: { root: string; artifacts: string };
};

/** Milliseconds that a build waits for the database. */
const answerLimitMs = 10_000;

/**
 * Asks the vulnerability database about what the project's lock files name, tells it as an event and writes `artifacts/vulnerabilities.json`. A database that cannot be reached
 * is said plainly and ends no build; a build with the offline model asks only one that `CCB_OSV_URL` in its environment names. Resolves with one sentence.
 */
export async function checkProjectPackages(bench: VulnerabilityBench): Promise<string> {
  const { environment, paths, signal } = bench;
  const osvUrl = environment.CCB_OSV_URL;
  const isOffline = bench.model.id === offlineModelId && !osvUrl;
  const live = () =>
    isOffline
      ? describeUnasked(paths.root)
      : checkPackages({ directory: paths.root, signal, timeoutMs: answerLimitMs, ...(osvUrl ? { osvUrl } : {}) });
  const locked = (await listPackages(paths.root)).map(
    ({ ecosystem, name, version }) => `${ecosystem} ${name}@${version}`,
  );
  // Without a version in a lock file there is nothing to ask.
  const question = { packages: locked.sort() };
  const report = locked.length === 0 ? await live() : await bench.askOutside({ source: "osv", question }, live);
  if (report.packages === 0) return "no package to look up";
  await writeJsonArtifact(join(paths.artifacts, "vulnerabilities.json"), report);
  const { packages } = report;
  if (report.status === "not-checked") {
    bench.emit({ type: "packages-checked", packages, found: [], notChecked: report.reason });
    return `${packages} packages not checked for vulnerabilities`;
  }
  const found = report.found.map(({ package: { name, version }, id, severity, summary, fixedIn }) => ({
    ...{ name, version, id, severity, summary },
    ...(fixedIn === undefined ? {} : { fixedIn }),
  }));
  bench.emit({ type: "packages-checked", packages, found });
  return `${packages} packages looked up, ${found.length} known vulnerabilities`;
}

async function describeUnasked(directory: string) {
  const packages = (await listPackages(directory)).length;
  const reason = "The build is offline; `ccb vulnerabilities` asks the database when there is a network.";
  return { status: "not-checked" as const, reason, packages };
}
