import { join } from "node:path";

/** The places of a project directory (ARCHITECTURE, "The project directory"); absolute paths. */
export interface ProjectPaths {
  root: string;
  artifacts: string;
  evidence: string;
  instructions: string;
  logs: string;
  apiCalls: string;
  generatedCode: string;
  auditLog: string;
  checkpoints: string;
  database: string;
  /** Copies of the database from before its tables were changed. */
  backups: string;
  latestState: string;
  /** A copy of the database that CCB made, for when it is damaged. */
  databaseBackup: string;
  sessionHome: string;
  /** Every model call as it went over the wire, for `ccb replay`. */
  cassettes: string;
  /** Git worktrees of tasks that run side by side. */
  worktrees: string;
  memory: string;
}

/** The places inside a project directory. */
export function planProjectPaths(root: string): ProjectPaths {
  return {
    root,
    artifacts: join(root, "artifacts"),
    evidence: join(root, "artifacts", "evidence"),
    instructions: join(root, "artifacts", "instructions"),
    logs: join(root, "logs"),
    apiCalls: join(root, "logs", "api_calls"),
    generatedCode: join(root, "logs", "generated_code"),
    auditLog: join(root, "logs", "audit.jsonl"),
    checkpoints: join(root, ".checkpoints"),
    database: join(root, ".checkpoints", "build.db"),
    backups: join(root, ".checkpoints", "backups"),
    latestState: join(root, ".checkpoints", "latest_state.json"),
    databaseBackup: join(root, ".checkpoints", "build.backup.db"),
    worktrees: join(root, ".checkpoints", "worktrees"),
    sessionHome: join(root, ".checkpoints", "home"),
    cassettes: join(root, ".checkpoints", "cassettes"),
    memory: join(root, ".memory"),
  };
}

/** What the generated project's repository does not hold. */
export const projectIgnoreFile = [
  "node_modules/",
  "logs/",
  ".checkpoints/",
  ".memory/",
  "*.db",
  "*.db-shm",
  "*.db-wal",
  ".env",
  "",
].join("\n");

/** `<name>_<YYYYMMDD_HHMMSS>` in local time. */
export function renderDirectoryName(projectName: string, at: Date): string {
  return `${projectName}_${renderTimestamp(at)}`;
}

/** `YYYYMMDD_HHMMSS` in local time. */
export function renderTimestamp(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${day}_${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}
