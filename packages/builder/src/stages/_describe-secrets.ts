import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findSecrets, type NamedText } from "@ccb/secrets";

/** Bytes beyond which a file is no source that somebody wrote. */
const largestFile = 2 * 1024 * 1024;

/** Why a session's work must not be committed: the secrets in the files it made or changed, masked; undefined where there is none. */
export async function describeSecrets(directory: string, paths: readonly string[]): Promise<string | undefined> {
  const texts: NamedText[] = [];
  for (const path of paths) {
    const found = await lstat(join(directory, path)).catch(() => undefined);
    if (!found?.isFile() || found.size > largestFile) continue;
    const bytes = await readFile(join(directory, path));
    if (!bytes.includes(0)) texts.push({ path, text: bytes.toString("utf8") });
  }
  const secrets = findSecrets(texts);
  if (secrets.length === 0) return undefined;
  const named = secrets.slice(0, 5).map(({ path, line, rule, masked }) => `${path}:${line} (${rule}, ${masked})`);
  return `The work holds what looks like a secret, so it was not committed: ${named.join("; ")}. Take such values from the environment.`;
}
