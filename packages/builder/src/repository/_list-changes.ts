import type { ChangedFile } from "./open-repository.ts";

export const statusArgs = ["status", "--porcelain=v2", "--branch", "--untracked-files=all", "--no-renames"];
export const exceptArtifacts = ["--", ".", ":!artifacts"];

/** Files of the working tree that differ from a commit; one call of git where the session left the index alone, else three. */
export async function listChanges(git: (args: string[]) => Promise<string>, from: string): Promise<ChangedFile[]> {
  const seen = readStatus(await git([...statusArgs, "-z", ...exceptArtifacts]), from);
  if (seen !== undefined) return seen;
  await git(["add", "--all", ...exceptArtifacts]);
  return parseNameStatus(
    await git(["diff", "--cached", "--name-status", "--no-renames", "-z", from, ...exceptArtifacts]),
  );
}

/**
 * What `git status` says of a working tree that stands on `from` with nothing staged, as of nearly every session; undefined where it says anything else, which takes the index to tell. Pure.
 */
function readStatus(output: string, from: string): ChangedFile[] | undefined {
  const [first, ...rows] = output
    .split("\0")
    .filter((row) => row !== "" && !/^# branch\.(head|upstream|ab) /.test(row));
  if (first !== `# branch.oid ${from}`) return undefined;
  const files = rows.map((row): ChangedFile | undefined => {
    const [, change, changed] = /^1 \.([MTD]) (?:\S+ ){6}(.+)$/s.exec(row) ?? [];
    if (changed !== undefined) return { path: changed, change: change === "D" ? "deleted" : "modified" };
    // A folder is named with a slash where it is a repository of its own.
    const made = /^\? (.*[^/])$/s.exec(row)?.[1];
    return made === undefined ? undefined : { path: made, change: "added" };
  });
  return files.some((file) => file === undefined) ? undefined : (files as ChangedFile[]);
}

export function parseNameStatus(output: string): ChangedFile[] {
  const fields = output.split("\0").filter((field) => field !== "");
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const letter = fields[at] ?? "";
    const change = letter.startsWith("A") ? "added" : letter.startsWith("D") ? "deleted" : "modified";
    files.push({ path: fields[at + 1] ?? "", change });
  }
  return files;
}
