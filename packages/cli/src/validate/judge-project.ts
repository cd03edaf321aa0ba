import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findSecrets, type SecretFinding } from "@ccb/secrets";
import { applyWaivers, type GateFinding, judgeTree, parseWaivers, type Waiver, waiverFile } from "@ccb/testing/gate";
import { type AreaReport, type ProductionArea, readProjectFiles, validateProject } from "@ccb/testing/production";

/** The gate's part of a report, in the form of the other areas. */
export interface CodeReport extends Omit<AreaReport, "area" | "findings"> {
  area: "code";
  findings: GateFinding[];
}

export type ValidationReport = CodeReport | AreaReport;

export interface Judgement {
  reports: ValidationReport[];
  waived: { path: string; line: number; rule: string; signedBy: string; reason: string }[];
  /** Waivers whose code has changed, is gone, or whose day has come. */
  lapsed: Waiver[];
}

/** Judges a project: its code by the gate, then the areas of the production validator, with what people have signed for taken out. */
export async function judgeProject(options: {
  directory: string;
  areas: readonly (ProductionArea | "code")[];
  today: string;
  onReport: (report: ValidationReport) => void;
  signal: AbortSignal;
}): Promise<Judgement> {
  const { directory, areas, today, onReport, signal } = options;
  const files = await readProjectFiles(directory);
  const text = await readFile(join(directory, waiverFile), "utf8").catch(() => undefined);
  const waivers = text === undefined ? [] : parseWaivers(text);
  const judgement: Judgement = { reports: [], waived: [], lapsed: [] };
  const used = new Set<Waiver>();
  const waive = <T extends { path: string; line: number; rule: string; codeHash: string }>(
    findings: readonly T[],
  ): T[] => {
    const outcome = applyWaivers(findings, { waivers, today });
    for (const { finding, waiver } of outcome.waived) {
      used.add(waiver);
      judgement.waived.push({
        path: finding.path,
        line: finding.line,
        rule: finding.rule,
        signedBy: waiver.signedBy,
        reason: waiver.reason,
      });
    }
    return outcome.findings;
  };
  const report = (entry: ValidationReport): void => {
    judgement.reports.push(entry);
    onReport(entry);
  };
  if (areas.includes("code")) {
    const started = performance.now();
    const verdict = judgeTree(files);
    report(describeCode({ ...verdict, findings: waive(verdict.findings) }, performance.now() - started));
  }
  await validateProject({
    directory,
    areas: areas.filter((area) => area !== "code"),
    findSecrets: (texts) => waiveSecrets(findSecrets(texts), waive),
    onArea: report,
    signal,
  });
  const looked = (rule: string): boolean => areas.includes(rule === "secrets" ? "secrets" : "code");
  judgement.lapsed = waivers.filter((waiver) => !used.has(waiver) && looked(waiver.rule));
  return judgement;
}

type Waive = <T extends { path: string; line: number; rule: string; codeHash: string }>(findings: readonly T[]) => T[];

/** A waiver names a secret by its fingerprint, under the rule "secrets". */
function waiveSecrets(findings: readonly SecretFinding[], waive: Waive): SecretFinding[] {
  const named = findings.map((secret) => ({
    path: secret.path,
    line: secret.line,
    rule: "secrets",
    codeHash: secret.fingerprint,
    secret,
  }));
  return waive(named).map(({ secret }) => ({
    ...secret,
    masked: `${secret.masked}, fingerprint ${secret.fingerprint},`,
  }));
}

function describeCode(
  { findings, files, tests }: { findings: GateFinding[]; files: number; tests: number },
  durationMs: number,
): CodeReport {
  const status = files === 0 ? "not-run" : findings.length === 0 ? "passed" : "failed";
  const why = files === 0 ? "there is no TypeScript, JavaScript or Python" : `${files} files with ${tests} tests read`;
  return { area: "code", status, why, commands: [], durationMs: Math.round(durationMs), findings };
}
