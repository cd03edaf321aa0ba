import { createInterface } from "node:readline/promises";
import type { ExistingDirectory } from "@ccb/builder";
import { CcbError } from "@ccb/core/errors";
import type { Terminal } from "../terminal.ts";

type Choice = "resume" | "backup" | "cancel";

/**
 * What to do with a directory that is not empty: asked at a terminal; with `--yes` a CCB project is resumed and anything else backed up. Without either it is a usage error,
 * since nothing may be touched unasked.
 */
export async function askAboutDirectory(
  found: ExistingDirectory,
  options: { yes: boolean; terminal: Terminal },
): Promise<Choice> {
  const { terminal } = options;
  if (options.yes) return found.resumable ? "resume" : "backup";
  if (!terminal.stdin.isTTY || !terminal.stdout.isTTY) {
    throw new CcbError({
      code: "usage",
      message: `The output directory ${found.path} is not empty, and there is no terminal to ask at.`,
      hint: found.resumable
        ? "Add --yes to resume the project in it, or choose another --output-dir."
        : "Add --yes to move what is there to a backup folder beside it, or choose another --output-dir.",
    });
  }
  const question = found.resumable
    ? `${found.path} holds a CCB project. [r]esume it, [b]ack it up and start afresh, or [c]ancel? `
    : `${found.path} is not empty (${found.entries} entries). [b]ack it up and start, or [c]ancel? `;
  const lines = createInterface({ input: terminal.stdin, output: terminal.stdout });
  try {
    for (;;) {
      const answer = (await lines.question(question)).trim().toLowerCase();
      if (found.resumable && (answer === "r" || answer === "resume")) return "resume";
      if (answer === "b" || answer === "backup") return "backup";
      if (answer === "c" || answer === "cancel") return "cancel";
    }
  } finally {
    lines.close();
  }
}
