import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { openAcceptance } from "@ccb/builder";
import { CcbError, type TestEnvironment, testEnvironmentSchema } from "@ccb/core";
import type { SandboxKind } from "@ccb/testing";
import { exitCodes } from "../exit-codes.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import { formatDuration } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { askForLocal } from "./ask-for-local.ts";
import { signalOnInterrupt } from "./signal-on-interrupt.ts";

type AcceptanceReport = Awaited<ReturnType<ReturnType<typeof openAcceptance>["test"]>>["report"];
type ReportRow = AcceptanceReport["rows"][number];

export interface TestFlags {
  phase?: string[];
  criterion?: string[];
  rerunFailed?: boolean;
  sandbox: SandboxKind | "auto" | "none";
  network?: boolean;
  environment?: string;
  yes?: boolean;
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
      testEnvironment: await readEnvironment(flags.environment, terminal),
      sandbox: flags.sandbox === "none" ? undefined : planSandbox(flags, terminal),
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

function planSandbox(flags: TestFlags, terminal: Terminal) {
  const host = terminal.environment.DOCKER_HOST;
  return {
    ...(flags.sandbox === "auto" || flags.sandbox === "none" ? {} : { kind: flags.sandbox }),
    network: flags.network ?? false,
    ...(host === undefined ? {} : { docker: { host } }),
    onLocal: (question: string) => askForLocal(question, { yes: flags.yes ?? false, terminal }),
  };
}

async function readEnvironment(file: string | undefined, terminal: Terminal): Promise<TestEnvironment | undefined> {
  if (file === undefined) return undefined;
  const { parse } = await import("yaml");
  try {
    return testEnvironmentSchema.parse(parse(await readFile(resolve(terminal.cwd, file), "utf8")));
  } catch (cause) {
    const message = `The environment ${file} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
    const hint = 'An example: {"services":[{"use":"postgres","seed":["schema.sql"]}]}';
    throw new CcbError({ code: "bad-input", message, hint, cause });
  }
}
