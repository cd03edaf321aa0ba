import { open, readFile, rm, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { CcbError } from "@ccb/core";
import { writeArtifact } from "../project/write-artifact.ts";
import { createSeal, type Seal } from "./seal.ts";
import { listSessionFiles, removeTornFiles, type SessionFile, sealedSuffix } from "./session-files.ts";

export interface SealResult {
  /** Files that were changed, relative to the folder of all sessions. */
  files: string[];
}

/**
 * Seals every file of the sessions under a home: the sealed file is written whole and kept, then the readable one is removed. Interrupted anywhere, the same call goes on.
 *
 * The caller holds the project's lock. CcbError `usage` for a passphrase that is too short, `bad-input` when files are there that were sealed with another one.
 */
export async function sealSessions(options: { home: string; passphrase: string }): Promise<SealResult> {
  await removeTornFiles(options.home);
  const files = await listSessionFiles(options.home);
  const [known] = files.filter((file) => file.sealed);
  const seal = createSeal(options.passphrase, known && (await readFile(known.path)));
  if (known) await openFile(seal, known, "Nothing was changed.");
  const readable = files.filter((file) => !file.sealed);
  for (const file of readable) {
    // A sealed copy beside it is older: sessions go on in the readable one.
    const sealed = await seal.seal(file.name, await readFile(file.path));
    await replaceFile({ from: file, to: `${file.path}${sealedSuffix}`, content: sealed });
  }
  return { files: readable.map(({ name }) => name) };
}

/**
 * Opens every sealed file of the sessions under a home. All are tried before the first is written, so a wrong passphrase changes nothing.
 *
 * The caller holds the project's lock. CcbError `bad-input` names the first file that the passphrase does not open, and one whose readable copy is another text.
 */
export async function unsealSessions(options: { home: string; passphrase: string }): Promise<SealResult> {
  const seal = createSeal(options.passphrase);
  await removeTornFiles(options.home);
  const files = await listSessionFiles(options.home);
  const sealed = files.filter((file) => file.sealed);
  for (const file of sealed) await openFile(seal, file, "Nothing was changed.");
  for (const file of sealed) {
    const content = await openFile(seal, file, "It is kept as it is.");
    const path = file.path.slice(0, -sealedSuffix.length);
    if (files.some((other) => other.path === path)) {
      await requireContinuation({ sealed: file, path, content });
      await rm(file.path);
    } else await replaceFile({ from: file, to: path, content });
  }
  return { files: sealed.map(({ name }) => name) };
}

async function openFile(seal: Seal, file: SessionFile, kept: string): Promise<Buffer> {
  const content = await seal.open(file.name, await readFile(file.path));
  if (content) return content;
  throw new CcbError({
    code: "bad-input",
    message: `The passphrase does not open ${file.path}: it was sealed with another one, or the file was changed. ${kept}`,
    hint: "Set CLAUDE_CODE_BUILDER_SESSION_KEY to the passphrase it was sealed with. Without it the build still goes on: cut tasks start again from the last commit.",
  });
}

/** Where both copies are there, an interruption left them: the readable one is the same, or has been continued. */
async function requireContinuation(both: { sealed: SessionFile; path: string; content: Buffer }): Promise<void> {
  const readable = await readFile(both.path);
  if (readable.subarray(0, both.content.length).equals(both.content)) return;
  throw new CcbError({
    code: "bad-input",
    message: `${both.path} and ${both.sealed.path} hold different texts of one session; both were kept.`,
    hint: "Move one of the two out of the folder, then run the same command again.",
  });
}

/** Writes the new file whole, with the time of the old one (old sessions stay old), then removes the old one for good. */
async function replaceFile(step: { from: SessionFile; to: string; content: Uint8Array }): Promise<void> {
  const { from, to, content } = step;
  await writeArtifact(to, content, 0o600);
  const modified = new Date(from.modifiedMs);
  await utimes(to, modified, modified);
  await rm(from.path);
  const folder = await open(dirname(to), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
