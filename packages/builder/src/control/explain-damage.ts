import { existsSync } from "node:fs";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import type { ProjectPaths } from "../project/project-paths.ts";

/** Names the way out of a damaged journal, where there is one. */
export function explainDamage<T>(paths: ProjectPaths, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const isOurs = CcbError.isInstance(cause);
    const isDamage = isOurs ? cause.code === "store-failed" : readCode(cause) === "ERR_SQLITE_ERROR";
    if (!isDamage || !(cause instanceof Error)) throw cause;
    throw new CcbError({
      code: "store-failed",
      message: isOurs ? cause.message : `The journal ${paths.database} cannot be read: ${cause.message}.`,
      hint: existsSync(paths.databaseBackup)
        ? `Go back to the last copy that CCB made of it: ccb resume ${paths.root} --from-backup`
        : `There is no copy of it. Build anew from the specification: ccb init ${join(paths.artifacts, "specification.md")}`,
      cause,
    });
  }
}

function readCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
