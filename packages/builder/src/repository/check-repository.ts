import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runGitForAnswer } from "./run-git.ts";

interface RepositoryPlace {
  directory: string;
  environment: Record<string, string>;
}

const anyCode = Array.from({ length: 256 }, (_, code) => code);

/** Makes the index anew from HEAD when git cannot read it; true when it had to. */
export async function resetIndexIfDamaged(place: RepositoryPlace): Promise<boolean> {
  const git = (args: string[]) => runGitForAnswer({ ...place, args, answers: anyCode });
  if ((await git(["ls-files", "--stage"])).code === 0) return false;
  await rm(join(place.directory, ".git", "index"), { force: true });
  const hasCommit = (await git(["rev-parse", "--quiet", "--verify", "HEAD"])).code === 0;
  if (hasCommit) await runGitForAnswer({ ...place, args: ["reset", "--quiet", "--mixed"] });
  return true;
}

/** What `git fsck` finds missing or broken; an empty list means sound. Reads every object. */
export async function findDamage(place: RepositoryPlace): Promise<string[]> {
  const args = ["fsck", "--no-dangling", "--no-progress", "--full"];
  const { stdout, stderr, code } = await runGitForAnswer({ ...place, args, answers: anyCode });
  if (code === 0) return [];
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("notice:"));
}
