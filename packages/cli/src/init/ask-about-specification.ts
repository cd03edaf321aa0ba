import { createInterface } from "node:readline/promises";
import type { SpecificationChange } from "@ccb/builder";
import { CcbError } from "@ccb/core/errors";
import type { Terminal } from "../terminal.ts";

const shown = 5;

/**
 * Whether to go on with a specification that is not the one the build began with: asked at a terminal, with what changed and what will be done again; with `--yes` it is gone on with. Without
 * either it is a usage error.
 */
export async function askAboutSpecification(
  change: SpecificationChange,
  options: { yes: boolean; terminal: Terminal },
): Promise<"update" | "cancel"> {
  const { terminal, yes } = options;
  const described = renderChange(change);
  if (yes) {
    terminal.stderr.write(`${described}\n`);
    return "update";
  }
  if (!terminal.stdin.isTTY || !terminal.stdout.isTTY) {
    throw new CcbError({
      code: "usage",
      message: `${described}\nThere is no terminal to ask at whether to go on with it.`,
      hint: "Add --yes to go on with the new specification, or use ccb resume DIR to go on with the old one.",
    });
  }
  const lines = createInterface({ input: terminal.stdin, output: terminal.stdout });
  try {
    for (;;) {
      const answer = (await lines.question(`${described}\nGo on with the new specification? [y]es or [n]o: `)).trim();
      if (/^y(es)?$/i.test(answer)) return "update";
      if (/^n(o)?$/i.test(answer)) return "cancel";
    }
  } finally {
    lines.close();
  }
}

/** What changed, and what that costs. Pure. */
function renderChange({ added, removed, changed, reopenedTasks }: SpecificationChange): string {
  const row = (sign: string, requirement: { id: string; text: string }) =>
    `  ${sign} ${requirement.id}  ${requirement.text.replaceAll(/\s+/g, " ").slice(0, 90)}`;
  const rows = [
    ...added.map((requirement) => row("+", requirement)),
    ...removed.map((requirement) => row("-", requirement)),
    ...changed.map(({ after }) => row("~", after)),
  ];
  const more = rows.length > shown ? [`  … and ${rows.length - shown} more (ccb spec diff shows all)`] : [];
  const again =
    reopenedTasks.length === 0
      ? "No finished task is touched."
      : `Tasks that will be done again: ${reopenedTasks.join(", ")}.`;
  return [
    `The specification has changed: ${added.length} requirements added, ${removed.length} removed, ${changed.length} changed.`,
    ...rows.slice(0, shown),
    ...more,
    again,
  ].join("\n");
}
