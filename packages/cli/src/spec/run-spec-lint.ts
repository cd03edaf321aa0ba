import { type LintFinding, lintSpec } from "@ccb/context";
import { exitCodes } from "../exit-codes.ts";
import { createPainter } from "../render/_painter.ts";
import { formatPlural } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { locateSpan, type Place } from "./locate-span.ts";
import { readSpecArgument } from "./read-spec-argument.ts";

export interface SpecLintFlags {
  json?: boolean;
  strict?: boolean;
}

/** `ccb spec lint`: weak places of a specification, one a line. Exit code 0, or 5 with `--strict` when there are any. */
export async function runSpecLint(call: { spec: string[]; flags: SpecLintFlags; terminal: Terminal }): Promise<number> {
  const { flags, terminal } = call;
  const loaded = await readSpecArgument(call.spec, terminal);
  const findings = lintSpec(loaded.text).map((finding) => ({
    finding,
    place: locateSpan(loaded.sources, finding.span),
  }));
  const { stdout } = terminal;
  if (flags.json) stdout.write(`${JSON.stringify(toJson(findings), null, 2)}\n`);
  else {
    const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
    for (const { finding, place } of findings) {
      stdout.write(`${paint.accent(`${place.file}:${place.line}`)}: ${paint.warn(finding.rule)}: ${finding.message}\n`);
    }
    terminal.stderr.write(
      `${formatPlural(findings.length, "finding")} in ${formatPlural(loaded.sources.length, "file")}\n`,
    );
  }
  return flags.strict && findings.length > 0 ? exitCodes.acceptanceFailed : exitCodes.done;
}

function toJson(findings: { finding: LintFinding; place: Place }[]) {
  const counts: Record<string, number> = {};
  for (const { finding } of findings) counts[finding.rule] = (counts[finding.rule] ?? 0) + 1;
  return {
    counts,
    findings: findings.map(({ finding: { rule, message, requirementId }, place }) => ({
      ...place,
      rule,
      message,
      ...(requirementId === undefined ? {} : { requirementId }),
    })),
  };
}
