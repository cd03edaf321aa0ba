import type { RunReport } from "./drive/run-scenario.ts";

/** Findings of one run that are printed; one that went wrong altogether has hundreds. */
const mostViolations = 20;

/** One run as a line, and below it what did not hold and what had been done. */
export function renderRun(number: number, report: RunReport): string {
  const { scenario, seed, violations, notes, durationMs, starts, disturbances, calls, folder } = report;
  const figures = `${disturbances} disturbances, ${starts} starts, ${calls} calls, ${(durationMs / 1000).toFixed(0)} s`;
  const head = `${violations.length === 0 ? "ok  " : "FAIL"} ${number} ${scenario} seed ${seed} (${figures})`;
  if (violations.length === 0) return head;
  const shown = violations.slice(0, mostViolations);
  const more = violations.length - shown.length;
  return [
    head,
    ...shown.map(({ rule, what }) => `     ${rule}: ${what}`),
    ...(more > 0 ? [`     and ${more} more`] : []),
    `     what was done: ${notes.join("; ")}`,
    `     again with: pnpm crash-lab --runs 1 --seed ${seed} --scenario ${scenario}${folder ? "" : " --keep"}`,
    ...(folder ? [`     its folder: ${folder}`] : []),
  ].join("\n");
}

/** The sums over all runs, a line for each scenario, and how often each rule did not hold. */
export function renderTotals(reports: readonly RunReport[]): string {
  const names = [...new Set(reports.map(({ scenario }) => scenario))];
  const sum = (of: readonly RunReport[], read: (report: RunReport) => number) =>
    of.reduce((total, report) => total + read(report), 0);
  const rows = names.map((name) => {
    const of = reports.filter(({ scenario }) => scenario === name);
    const good = of.filter(({ violations }) => violations.length === 0).length;
    return `  ${name.padEnd(18)} ${good}/${of.length} held, ${sum(of, ({ disturbances }) => disturbances)} disturbances`;
  });
  const broken = new Map<string, number>();
  for (const rule of reports.flatMap(({ violations }) => [...new Set(violations.map(({ rule }) => rule))])) {
    broken.set(rule, (broken.get(rule) ?? 0) + 1);
  }
  const held = reports.filter(({ violations }) => violations.length === 0).length;
  return [
    "",
    ...rows,
    ...[...broken].map(([rule, times]) => `  did not hold in ${times} runs: ${rule}`),
    `  ${sum(reports, ({ calls }) => calls)} calls served; ${sum(reports, ({ unknownCalls }) => unknownCalls)} booked as unknown or cut; ` +
      `${sum(reports, ({ repeatedSessionCalls }) => repeatedSessionCalls)} calls of cut sessions made again`,
    `${held} of ${reports.length} runs held every rule; ${sum(reports, ({ disturbances }) => disturbances)} disturbances`,
  ].join("\n");
}
