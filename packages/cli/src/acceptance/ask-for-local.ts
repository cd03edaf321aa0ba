import { createInterface } from "node:readline/promises";
import type { Terminal } from "../terminal.ts";

/** Asks at a terminal whether the generated program may run without isolation; `--yes` agrees, and without a terminal nobody does. */
export async function askForLocal(question: string, options: { yes: boolean; terminal: Terminal }): Promise<boolean> {
  const { stdin, stderr } = options.terminal;
  if (options.yes) return true;
  if (!stdin.isTTY || !stderr.isTTY) return false;
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
