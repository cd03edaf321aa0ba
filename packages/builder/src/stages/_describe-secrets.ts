import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findSecrets, type NamedText } from "@ccb/secrets";
import type { Waiver } from "@ccb/testing/gate";

/** Bytes beyond which a file is no source that somebody wrote. */
const largestFile = 2 * 1024 * 1024;

/** Why a session's work must not be committed: the secrets in the files it made or changed, masked; undefined where there is none that nobody has signed for. */
export async function describeSecrets(work: {
  directory: string;
  paths: readonly string[];
  waivers: readonly Waiver[];
}): Promise<string | undefined> {
  const { directory, paths, waivers } = work;
  const texts: NamedText[] = [];
  for (const path of paths) {
    const found = await lstat(join(directory, path)).catch(() => undefined);
    if (!found?.isFile() || found.size > largestFile) continue;
    const bytes = await readFile(join(directory, path));
    if (!bytes.includes(0)) texts.push({ path, text: bytes.toString("utf8") });
  }
  const signed = new Set(waivers.filter(({ rule }) => rule === "secrets").map(({ codeHash }) => codeHash));
  const secrets = findSecrets(texts).filter(({ fingerprint }) => !signed.has(fingerprint));
  if (secrets.length === 0) return undefined;
  const named = secrets.slice(0, 5).map(({ path, line, rule, masked }) => `${path}:${line} (${rule}, ${masked})`);
  return `The work holds what looks like a secret, so it was not committed: ${named.join("; ")}. Take such values from the environment.`;
}
