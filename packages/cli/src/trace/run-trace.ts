import { resolve } from "node:path";
import { openAcceptance } from "@ccb/builder";
import { exitCodes } from "../exit-codes.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import type { Terminal } from "../terminal.ts";

type ProjectTrace = Awaited<ReturnType<ReturnType<typeof openAcceptance>["trace"]>>;

export interface TraceFlags {
  mermaid?: boolean;
  json?: boolean;
}

/** `ccb trace`: requirement → task → criterion → evidence → commit, and every place where that chain is broken. */
export async function runTrace(call: { dir: string; flags: TraceFlags; terminal: Terminal }): Promise<number> {
  const { dir, flags, terminal } = call;
  const { stdout, stderr, environment } = terminal;
  const traced = await openAcceptance({ directory: resolve(terminal.cwd, dir), environment }).trace();
  const { trace, holes, provesNothing, outdated } = traced;
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  if (flags.json) {
    stdout.write(`${JSON.stringify({ project: traced.project, ...trace, holes, provesNothing, outdated }, null, 2)}\n`);
  } else if (flags.mermaid) {
    stdout.write(traced.mermaid);
    for (const { message } of holes) stderr.write(`hole: ${message}\n`);
  } else {
    stdout.write(`${[...renderRows(traced, paint), ...renderEnd(traced, paint)].join("\n")}\n`);
  }
  return holes.length === 0 ? exitCodes.done : exitCodes.acceptanceFailed;
}

function renderRows({ trace }: ProjectTrace, paint: Painter): string[] {
  const paints = {
    verified: paint.good,
    failed: paint.bad,
    "not-built": paint.bad,
    unverified: paint.warn,
    waived: paint.dim,
  };
  return trace.rows.flatMap(({ requirement, status, waiver, tasks, criteria }) => {
    const text = requirement.text.replaceAll(/\s+/g, " ").trim();
    const made = tasks.map(
      ({ id, commit, gate }) =>
        `${id} ${commit ? commit.slice(0, 10) : paint.bad("not committed")}${describeGate(gate)}`,
    );
    const seen = criteria.map(
      ({ id, passed, provesNothing }) =>
        `${id} ${passed === undefined ? paint.warn("no evidence") : passed ? "passed" : paint.bad("failed")}${provesNothing ? paint.warn(" (before its phase too)") : ""}`,
    );
    return [
      `${paints[status](status.padEnd(10))} ${paint.strong(requirement.id)} ${text.length > 90 ? `${text.slice(0, 89)}…` : text}`,
      ...(waiver === undefined ? [] : [`           ${paint.dim(`waived: ${waiver}`)}`]),
      ...(made.length > 0 ? [`           tasks: ${made.join(", ")}`] : []),
      ...(seen.length > 0 ? [`           criteria: ${seen.join(", ")}`] : []),
    ];
  });
}

function describeGate(gate: ProjectTrace["trace"]["rows"][number]["tasks"][number]["gate"]): string {
  if (gate === undefined) return "";
  const { outcome, findings, mended, signedFor } = gate;
  const parts = [
    ...(findings > 0 ? [`${findings} ${outcome === "refused" ? "refused" : "open"}`] : []),
    ...(mended > 0 ? [`${mended} mended`] : []),
    ...(signedFor > 0 ? [`${signedFor} signed for`] : []),
  ];
  return parts.length === 0 ? "" : ` (gate: ${parts.join(", ")})`;
}

function renderEnd({ trace, holes, provesNothing, outdated }: ProjectTrace, paint: Painter): string[] {
  const { requirements, verified, waived } = trace.totals;
  return [
    "",
    `${verified} of ${requirements} requirements verified${waived > 0 ? `, ${waived} waived` : ""}`,
    ...(provesNothing.length > 0
      ? [paint.warn(`passed before their phase began, so they prove nothing: ${provesNothing.join(", ")}`)]
      : []),
    ...(outdated.length > 0
      ? [paint.warn(`evidence of other code than there is now: ${outdated.join(", ")} (ccb test gathers it anew)`)]
      : []),
    ...(holes.length === 0
      ? [paint.good("no hole")]
      : [paint.bad(`${holes.length} holes:`), ...holes.map(({ message }) => `  ${message}`)]),
  ];
}
