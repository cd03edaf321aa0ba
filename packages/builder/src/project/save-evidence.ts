import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Criterion, Evidence } from "@ccb/core";
import { renderJson, writeArtifacts } from "./write-artifact.ts";

/** Keeps evidence twice: by its id, where nothing replaces it, and as the last one of its criterion, with the criterion. */
export async function saveEvidence(folder: string, criterion: Criterion, evidence: Evidence): Promise<void> {
  const path = evidence.id && join(folder, "by-id", `${evidence.id}.json`);
  const kept = path && !existsSync(path) ? [{ path, content: renderJson(evidence) }] : [];
  const last = { path: join(folder, `${criterion.id}.json`), content: renderJson({ criterion, evidence }) };
  await writeArtifacts([...kept, last]);
}
