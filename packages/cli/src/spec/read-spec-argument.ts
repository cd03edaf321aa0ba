import type { LoadedSpec, LoadSpecOptions } from "@ccb/context";
import { CcbError } from "@ccb/core/errors";
import type { Terminal } from "../terminal.ts";

/** Where a command's `<spec...>` is read from: its paths, or standard input for `-`. CcbError `usage` for `-` beside paths. */
export function findSpecSource(spec: string[], terminal: Terminal): LoadSpecOptions["source"] {
  if (!spec.includes("-")) return spec;
  if (spec.length === 1) return { stdin: terminal.stdin };
  throw new CcbError({
    code: "usage",
    message: `"-" (standard input) cannot be combined with other files; received ${spec.join(" ")}.`,
    hint: "Join them first: cat one.md two.md | ccb … -",
  });
}

/** Loads the specification a command was given; what was left out is said on standard error. Rejects as `loadSpec` does. */
export async function readSpecArgument(spec: string[], terminal: Terminal): Promise<LoadedSpec> {
  const source = findSpecSource(spec, terminal);
  const { loadSpec } = await import("@ccb/context");
  const loaded = await loadSpec({ source, cwd: terminal.cwd });
  for (const warning of loaded.warnings) terminal.stderr.write(`warning: ${warning}\n`);
  return loaded;
}
