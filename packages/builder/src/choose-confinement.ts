import { statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { type Confinement, detectBubblewrap } from "@ccb/claude-code";
import { CcbError } from "@ccb/core";
import type { ProjectPaths } from "./project/project-paths.ts";

/** What a user may say about the confinement of sessions. */
export interface ConfinementOptions {
  /** auto (the default): bubblewrap where it works, else none, which is told. bubblewrap: no build without it. off: none. */
  kind?: "auto" | "bubblewrap" | "off";
  /** Folders beside the project that sessions may write too; absolute paths. */
  writable?: string[];
}

/** What was chosen, in one sentence for people, and what the executor is given. */
export interface ChosenConfinement {
  kind: "bubblewrap" | "off";
  reason: string;
  /** False where the user wanted it as it is. */
  isLack: boolean;
  confinement: Confinement | undefined;
}

/** How sessions are confined on this machine. CcbError `bad-input` for a folder that is not there, `io-failed` when bubblewrap was asked for and does not work. */
export function chooseConfinement(
  { kind = "auto", writable = [] }: ConfinementOptions,
  at: { paths: ProjectPaths; searchPath: string },
): ChosenConfinement {
  for (const path of writable) checkFolder(path);
  const open = "commands and MCP servers of sessions may write whatever you may";
  if (kind === "off")
    return { kind: "off", reason: `not confined, as asked; ${open}`, isLack: false, confinement: undefined };
  const found = detectBubblewrap(at.searchPath);
  if (found.path === undefined) {
    if (kind === "bubblewrap") throw notThere(found.reason);
    return { kind: "off", reason: `not confined (${found.reason}); ${open}`, isLack: true, confinement: undefined };
  }
  const { memory, checkpoints, logs } = at.paths;
  const also = writable.length > 0 ? ` and ${writable.join(", ")}` : "";
  return {
    kind: "bubblewrap",
    reason: `confined by bubblewrap; all they start writes only in the project${also}, the network stays open`,
    isLack: false,
    confinement: {
      bubblewrap: found.path,
      writable: [memory, ...writable],
      // What CCB keeps of a build is not a session's to change; its home lies in there and is its own. A change of artifacts/ is let happen: it is put back, and told as a finding.
      readOnly: [checkpoints, logs],
    },
  };
}

function checkFolder(path: string): void {
  if (isAbsolute(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new CcbError({
    code: "bad-input",
    message: `Sessions cannot be let write in ${path}: there is no such folder.`,
    hint: "Make it first, or leave it out.",
  });
}

function notThere(reason: string): CcbError {
  return new CcbError({
    code: "io-failed",
    message: `Sessions cannot be confined by bubblewrap: ${reason}.`,
    hint: "Install it (Debian: apt-get install bubblewrap), or take what there is with --confine auto.",
  });
}
