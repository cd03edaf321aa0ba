import { resolve } from "node:path";
import { openAcceptance } from "@ccb/builder";
import { type CheckPlaceFlags, readCheckPlace } from "../acceptance/check-place.ts";
import { exitCodes } from "../exit-codes.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import { formatDuration } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { signalOnInterrupt } from "./signal-on-interrupt.ts";

type AcceptanceReport = Awaited<ReturnType<ReturnType<typeof openAcceptance>["test"]>>["report"];
type ReportRow = AcceptanceReport["rows"][number];

export interface TestFlags extends CheckPlaceFlags {
  phase?: string[];
  criterion?: string[];
  rerunFailed?: boolean;
  json?: boolean;
}

/** `ccb test`: runs the acceptance checks of a project, tells each as it comes, and says where the reports are. */
export async function runTest(call: { dir: string; flags: TestFlags; terminal: Terminal }): Promise<number> {
  const { dir, flags, terminal } = call;
  const { stdout, stderr } = terminal;
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const say = (line: string) => (flags.json ? stderr : stdout).write(`${line}\n`);
  const stop = signalOnInterrupt();
  try {
    const { report, ran, files } = await openAcceptance({
      directory: resolve(terminal.cwd, dir),
      environment: terminal.environment,
    }).test({
      signal: stop.signal,
      phases: flags.phase,
      criteria: flags.criterion,
      rerunFailed: flags.rerunFailed,
      ...(await readCheckPlace(flags, { terminal })),
      onPlace: (description) => say(`${paint.dim("runs in")} ${description}`),
      onEvidence: ({ id, description }, { passed, summary, durationMs }) => {
        const mark = passed ? paint.good("pass") : paint.bad("FAIL");
        say(`${mark} ${id} ${description} ${paint.dim(`(${formatDuration(durationMs)})`)}`);
        if (!passed) say(`     ${summary}`);
      },
    });
    if (flags.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else for (const line of renderEnd(report, { ran, files, paint })) say(line);
    return isAccepted(report, flags) ? exitCodes.done : exitCodes.acceptanceFailed;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    stderr.write("Stopped; what was checked before is kept.\n");
    return exitCodes.stopped;
  } finally {
    stop.release();
  }
}

/** Everything that was asked for passed; what no machine can check is neither. */
function isAccepted({ rows }: AcceptanceReport, { phase, criterion }: TestFlags): boolean {
  const isAsked = (row: ReportRow) =>
    (phase?.includes(row.phase) ?? true) && (criterion?.includes(row.criterion.id) ?? true);
  return rows.filter(isAsked).every(({ status }) => status === "passed" || status === "not-checkable");
}

function renderEnd(
  report: AcceptanceReport,
  { ran, files, paint }: { ran: number; files: string[]; paint: Painter },
): string[] {
  const { totals, rows } = report;
  const open = rows.filter(({ status }) => status === "not-checkable");
  const empty = rows.filter(({ provesNothing }) => provesNothing);
  const headline = `${totals.passed} of ${totals.criteria} criteria passed, ${totals.failed} failed, ${totals["not-run"]} not run`;
  return [
    "",
    `${totals.failed + totals["not-run"] === 0 ? paint.good(headline) : paint.bad(headline)} (${ran} checked now)`,
    ...(open.length > 0
      ? [paint.warn(`${open.length} cannot be checked by a machine, and are not counted as passed:`)]
      : []),
    ...open.map(({ criterion }) => `  ${criterion.id} ${criterion.description} (${criterion.validationMethod})`),
    ...(empty.length > 0 ? [paint.warn(`${empty.length} passed before their phase began, and prove nothing:`)] : []),
    ...empty.map(({ criterion }) => `  ${criterion.id} ${criterion.description}`),
    paint.dim(`reports: ${files.join(" ")}`),
  ];
}
