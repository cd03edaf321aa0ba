import type { SourceTree } from "../gate/gate-finding.ts";
import { isRecord, readManifest } from "./_manifest.ts";
import type { LazyCopy } from "./_project-copy.ts";
import { type CommandRun, runCommand } from "./_run-command.ts";
import type { LicenceCheck } from "./check-licences.ts";
import type { ProductionFinding } from "./production-report.ts";

const auditTimeoutMs = 90_000;

/** Asks the package manager's audit for known weaknesses in what the project needs to run. Without a network it is `not-run`. */
export async function checkDependencies(
  copy: LazyCopy,
  files: SourceTree,
  signal?: AbortSignal,
): Promise<LicenceCheck & { commands: string[] }> {
  const { kind, dependencies } = readManifest(files);
  if (kind === "none")
    return { status: "not-run", why: "there is no manifest that the validator knows", findings: [], commands: [] };
  if (dependencies.length === 0)
    return { status: "passed", why: "the project depends on no package", findings: [], commands: [] };
  const lock = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
  ].find((path) => path in files);
  if (lock === undefined && kind === "node") {
    const reason = "the project has dependencies and no lock file: what is installed tomorrow may be something else";
    return {
      status: "failed",
      why: "no lock file",
      findings: [{ area: "dependencies", reason, path: "package.json" }],
      commands: [],
    };
  }
  const command =
    kind === "python"
      ? "pip-audit --format json"
      : lock === "pnpm-lock.yaml"
        ? "pnpm audit --prod --json"
        : "npm audit --omit=dev --json";
  const { cwd } = await copy.get();
  const result = await runCommand({ command, cwd, timeoutMs: auditTimeoutMs, signal });
  const findings = kind === "python" ? readPipAudit(result) : readNodeAudit(result);
  if (findings === undefined)
    return {
      status: "not-run",
      why: `${command} gave no answer (no network, or it is not installed)`,
      findings: [],
      commands: [command],
    };
  return {
    status: findings.length === 0 ? "passed" : "failed",
    why: `${command} looked at the dependencies`,
    findings,
    commands: [command],
  };
}

/** Weaknesses that npm or pnpm call high or critical; undefined where the audit itself failed. */
export function readNodeAudit({ stdout }: CommandRun): ProductionFinding[] | undefined {
  const report = parseJson(stdout);
  if (!isRecord(report) || report.error !== undefined) return undefined;
  const byPackage = isRecord(report.vulnerabilities)
    ? report.vulnerabilities
    : isRecord(report.advisories)
      ? report.advisories
      : undefined;
  if (byPackage === undefined) return undefined;
  return Object.values(byPackage).flatMap((entry): ProductionFinding[] => {
    if (!isRecord(entry) || !/^(?:high|critical)$/.test(String(entry.severity))) return [];
    const name = String(entry.name ?? entry.module_name);
    const via = Array.isArray(entry.via)
      ? entry.via.flatMap((cause) => (isRecord(cause) && typeof cause.title === "string" ? [cause.title] : []))
      : [];
    const what = typeof entry.title === "string" ? entry.title : (via[0] ?? "through a package that it needs");
    return [
      { area: "dependencies", reason: `${name} has a known weakness of severity ${String(entry.severity)}: ${what}` },
    ];
  });
}

function readPipAudit({ stdout }: CommandRun): ProductionFinding[] | undefined {
  const report = parseJson(stdout);
  if (!isRecord(report) || !Array.isArray(report.dependencies)) return undefined;
  return report.dependencies.flatMap((entry): ProductionFinding[] => {
    if (!isRecord(entry) || !Array.isArray(entry.vulns)) return [];
    return entry.vulns.map((weakness) => {
      return {
        area: "dependencies",
        reason: `${String(entry.name)} ${String(entry.version)} has a known weakness: ${isRecord(weakness) ? String(weakness.id) : ""}`,
      };
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
