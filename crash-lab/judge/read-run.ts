import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { JournalEvent, LedgerRow, Leftovers } from "./run-facts.ts";

type Row = Record<string, unknown>;

/** What the journal of a project says: its events and its ledger. Empty where there is no journal yet. */
export function readJournal(directory: string): {
  events: JournalEvent[];
  ledger: LedgerRow[];
  openReservations: number;
  damage: string[];
} {
  const path = join(directory, ".checkpoints", "build.db");
  if (!existsSync(path)) return { events: [], ledger: [], openReservations: 0, damage: [] };
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    const all = (sql: string): Row[] => database.prepare(sql).all();
    const damage = all("PRAGMA integrity_check").flatMap((row) =>
      row.integrity_check === "ok" ? [] : [`build.db: ${String(row.integrity_check)}`],
    );
    const tables = new Set(all("SELECT name FROM sqlite_master WHERE type = 'table'").map((row) => String(row.name)));
    if (!tables.has("events") || !tables.has("cost_entries"))
      return { events: [], ledger: [], openReservations: 0, damage };
    return {
      events: all("SELECT sequence, type, body FROM events ORDER BY sequence").map(readEvent),
      ledger: all("SELECT * FROM cost_entries ORDER BY id").map(readLedgerRow),
      openReservations: all("SELECT 1 FROM cost_reservations").length,
      damage,
    };
  } finally {
    database.close();
  }
}

/** Tasks whose end as done is in the journal. */
export function listFinishedTasks(events: readonly JournalEvent[]): string[] {
  return events.flatMap(({ type, task, outcome }) => (type === "task-end" && outcome === "done" && task ? [task] : []));
}

function readEvent(row: Row): JournalEvent {
  const body = JSON.parse(String(row.body)) as { task?: string; outcome?: string };
  return { sequence: Number(row.sequence), type: String(row.type), task: body.task, outcome: body.outcome };
}

function readLedgerRow(row: Row): LedgerRow {
  return {
    status: row.status as LedgerRow["status"],
    messageId: row.message_id === null ? undefined : String(row.message_id),
    agent: String(row.agent),
    task: row.task_id === null ? undefined : String(row.task_id),
    usage: {
      inputTokens: Number(row.input_tokens),
      outputTokens: Number(row.output_tokens),
      cacheReadTokens: Number(row.cache_read_tokens),
      cacheWrite5mTokens: Number(row.cache_write_5m_tokens),
      cacheWrite1hTokens: Number(row.cache_write_1h_tokens),
      webSearchRequests: Number(row.web_search_requests),
    },
  };
}

/** Files named by their content, which holds times: the same evidence of another run has another name. */
const contentNamed = /^artifacts\/evidence\/by-id\//;

/** What is made from the events tells of every stop. */
const journals = /^(?:agentJournal|masterGuide|stateRecovery)\.md$/;

const stableArtifacts =
  /^artifacts\/(?:instructions\/|(?:specification|requirements|analysis|plan|criteria|forecast)\.\w+$)/;

/** The project's repository: the tree without what CCB writes with times in it, what is not committed, the tasks of its commits, and what is left of worktrees. */
export function readRepository(directory: string): {
  tree: Record<string, string>;
  uncommitted: string[];
  committedTasks: string[];
  worktrees: string[];
  branches: string[];
  damage: string[];
} {
  if (!existsSync(join(directory, ".git"))) {
    return { tree: {}, uncommitted: [], committedTasks: [], worktrees: [], branches: [], damage: [] };
  }
  const git = (...args: string[]) => runGit(directory, args);
  const tree: Record<string, string> = {};
  for (const line of git("ls-tree", "-r", "HEAD")) {
    const [about = "", path = ""] = line.split("\t");
    // Evidence, reports and the servers' settings hold times and places: they have to be there. Everything else has to be the same.
    if (contentNamed.test(path)) continue;
    const holdsTimes = journals.test(path) || (path.startsWith("artifacts/") && !stableArtifacts.test(path));
    tree[path] = holdsTimes ? "there" : about;
  }
  return {
    tree,
    uncommitted: git("status", "--porcelain", "--untracked-files=all"),
    committedTasks: git("log", "--format=%(trailers:key=CCB-Task,valueonly)"),
    worktrees: git("worktree", "list", "--porcelain")
      .filter((line) => line.startsWith("worktree "))
      .slice(1),
    branches: git("branch", "--format=%(refname:short)").filter((name) => name !== "main"),
    damage: git("fsck", "--no-dangling", "--no-progress").map((line) => `git fsck: ${line}`),
  };
}

function runGit(directory: string, args: string[]): string[] {
  try {
    const output = execFileSync("git", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return output.split("\n").filter((line) => line !== "");
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return args[0] === "fsck" ? [`${stdout}${stderr}`.trim() || "it failed without a word"] : [];
  }
}

/** Temporary files and locks anywhere in the run's folder; what a session keeps in its own home is not looked at. */
export function listLeftFiles(folder: string, project: string): Leftovers["files"] {
  const found: string[] = [];
  const walk = (directory: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (path === join(project, ".checkpoints", "home") || path === join(project, ".git", "objects")) continue;
      if (entry.isDirectory()) walk(path);
      else if (isLeft(relative(folder, path))) found.push(relative(folder, path));
    }
  };
  walk(folder);
  const known = new Set(["spec.md", "out", "tmp", ".gitconfig"]);
  const strange = readdirSync(folder).filter((name) => !known.has(name) && !name.startsWith("."));
  return [...found, ...strange.map((name) => `${name} (beside the project directory)`)].sort();
}

function isLeft(path: string): boolean {
  return (
    /\.(?:tmp|new|part)$|\.tmp[-.][^/]*$|\.git\/(?:.*\/)?[^/]*\.lock$|\.checkpoints\/[^/]*lock\.json$/.test(path) ||
    path.startsWith("tmp/")
  );
}

/** Whether somebody holds the project's lock: it is an exclusive transaction on `.checkpoints/lock.db`. */
export function isLocked(project: string): boolean {
  const path = join(project, ".checkpoints", "lock.db");
  if (!existsSync(path)) return false;
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE; ROLLBACK");
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}
