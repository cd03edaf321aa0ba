import { hashText } from "../journal/hash-inputs.ts";
import type { Repository, TaskCommit } from "./open-repository.ts";

type Git = (args: string[]) => Promise<string>;
type History = Pick<Repository, "listTaskCommits" | "readTaskCommit" | "sourceTree" | "commitsSince">;

/** What a repository's commits say. */
export function openHistory(repository: { git: Git; head: () => Promise<string | undefined> }): History {
  const { git, head } = repository;
  return {
    async listTaskCommits() {
      if (!(await head())) return [];
      const trailer = (key: string) => `%(trailers:key=${key},valueonly,separator=%x2C)`;
      const format = `%H%x1f${trailer("CCB-Task")}%x1f${trailer("CCB-Inputs")}%x1e`;
      return parseTaskCommits(await git(["log", "--topo-order", `--format=${format}`, "--grep=^CCB-Task: "]));
    },
    async readTaskCommit(commit) {
      const message = await git(["show", "--no-patch", "--format=%B", commit]);
      return { message, inputs: /^CCB-Inputs: (\S+)$/m.exec(message)?.[1] };
    },
    async sourceTree(commit) {
      const rows = (await git(["ls-tree", "-z", commit])).split("\0");
      const sources = rows.filter((row) => row !== "" && !notSource.test(row.slice(row.indexOf("\t") + 1)));
      return hashText(sources.join("\0"));
    },
    commitsSince: async (base) => ((await head()) === base ? [] : readCommitsSince(git, base)),
  };
}

/** Top-level names that hold no built code. */
const notSource =
  /^(artifacts|docs|\.claude|CLAUDE\.md|README\.md|agentJournal\.md|masterGuide\.md|stateRecovery\.md)$/;

async function readCommitsSince(git: Git, base: string): Promise<{ commit: string; message: string }[]> {
  const records = (await git(["log", "-z", "--format=%H%n%B", `${base}..HEAD`])).split("\0");
  return records.filter(Boolean).map((record) => {
    const [commit = "", ...lines] = record.split("\n");
    return { commit, message: lines.join("\n") };
  });
}

function parseTaskCommits(output: string): TaskCommit[] {
  return output.split("\x1e").flatMap((record) => {
    const [commit = "", task = "", inputs = ""] = record.trim().split("\x1f");
    return task === "" ? [] : [{ commit, task, inputs: inputs === "" ? undefined : inputs }];
  });
}
