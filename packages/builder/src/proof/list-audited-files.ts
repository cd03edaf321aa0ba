import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { AuditedFile } from "@ccb/logging";

/** The files under `artifacts/` with size and hash: specification, plan, criteria, evidence, trace, summary. Paths are relative to `root`, with forward slashes. */
export function listAuditedFiles(root: string): AuditedFile[] {
  return listFiles(root, "artifacts").map((path) => {
    const bytes = readFileSync(join(root, path));
    return { path, bytes: bytes.length, sha256: hash("sha256", bytes) };
  });
}

/** The regular files under a folder of `root`, sorted, relative to `root` with forward slashes. */
export function listFiles(root: string, folder: string): string[] {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .sort();
}
