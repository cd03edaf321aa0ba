import { createHash } from "node:crypto";

/** A file of a commit. */
export interface TreeEntry {
  /** "100644", "100755" or "120000". */
  mode: string;
  /** Hash of its content as git writes it. */
  blob: string;
  path: string;
}

/** What is not compared between a build and its replay, and why not. */
export const outsideComparison: readonly { pattern: RegExp; what: string; why: string }[] = [
  {
    pattern:
      /^artifacts\/(evidence\/.*|acceptance\.\w+|code-report\.json|junit\.xml|report\.html|summary\.json|trace\.json|vulnerabilities\.json)$/,
    what: "artifacts/evidence/, acceptance.*, code-report.json, junit.xml, report.html, summary.json, trace.json, vulnerabilities.json",
    why: "they hold the times, durations, ports and commits of the run itself",
  },
  {
    pattern: /^artifacts\/forecast\.json$/,
    what: "artifacts/forecast.json",
    why: "it learns from the builds beside it",
  },
  {
    pattern: /^(agentJournal|masterGuide|stateRecovery)\.md$/,
    what: "agentJournal.md, masterGuide.md, stateRecovery.md",
    why: "they tell the run's story with its times and costs",
  },
];

/** How the tree of a replay compares with the recorded one. */
export interface TreeComparison {
  same: boolean;
  /** Git's tree hash of the compared files, without what is outside the comparison. */
  recordedTree: string;
  replayedTree: string;
  /** Files compared. */
  files: number;
  differing: { path: string; change: "changed" | "missing" | "added" }[];
}

/** Keeps what is compared. */
export function selectCompared(entries: readonly TreeEntry[]): TreeEntry[] {
  return entries.filter(({ path }) => !outsideComparison.some(({ pattern }) => pattern.test(path)));
}

/** Compares two trees that hold only what is to be compared. Pure. */
export function compareTrees(recorded: readonly TreeEntry[], replayed: readonly TreeEntry[]): TreeComparison {
  const before = new Map(recorded.map((entry) => [entry.path, entry]));
  const after = new Map(replayed.map((entry) => [entry.path, entry]));
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const differing = paths.flatMap((path): TreeComparison["differing"] => {
    const [old, now] = [before.get(path), after.get(path)];
    if (old && now) return old.mode === now.mode && old.blob === now.blob ? [] : [{ path, change: "changed" }];
    return [{ path, change: old ? "missing" : "added" }];
  });
  const [recordedTree, replayedTree] = [hashTree(recorded), hashTree(replayed)];
  return { same: differing.length === 0, recordedTree, replayedTree, files: paths.length, differing };
}

/** The hash that `git write-tree` gives for these files (SHA-1). Pure. */
export function hashTree(entries: readonly TreeEntry[]): string {
  const files: { name: string; mode: string; hash: string }[] = [];
  const folders = new Map<string, TreeEntry[]>();
  for (const entry of entries) {
    const slash = entry.path.indexOf("/");
    if (slash < 0) files.push({ name: entry.path, mode: entry.mode, hash: entry.blob });
    else {
      const name = entry.path.slice(0, slash);
      folders.set(name, [...(folders.get(name) ?? []), { ...entry, path: entry.path.slice(slash + 1) }]);
    }
  }
  const children = [...folders].map(([name, inside]) => ({ name, mode: "40000", hash: hashTree(inside) }));
  // Git sorts by bytes, and a folder as if its name ended with a slash.
  const keyOf = ({ name, mode }: { name: string; mode: string }) => Buffer.from(mode === "40000" ? `${name}/` : name);
  const rows = [...files, ...children].sort((left, right) => Buffer.compare(keyOf(left), keyOf(right)));
  const body = Buffer.concat(
    rows.flatMap(({ name, mode, hash }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(hash, "hex")]),
  );
  return createHash("sha1").update(`tree ${body.length}\0`).update(body).digest("hex");
}
