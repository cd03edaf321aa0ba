import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Criterion, Evidence } from "@ccb/core";
import { writeJsonArtifact } from "./write-artifact.ts";

/** Keeps evidence twice: by its id, where nothing replaces it, and as the last one of its criterion, with the criterion. */
export async function saveEvidence(folder: string, criterion: Criterion, evidence: Evidence): Promise<void> {
  const path = evidence.id && join(folder, "by-id", `${evidence.id}.json`);
  if (path && !existsSync(path)) await writeJsonArtifact(path, evidence);
  await writeJsonArtifact(join(folder, `${criterion.id}.json`), { criterion, evidence });
}
