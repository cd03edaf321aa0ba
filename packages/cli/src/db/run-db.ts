import { relative } from "node:path";
import { createInterface } from "node:readline/promises";
import { planProjectPaths, projectMigrations } from "@ccb/builder/report";
import { CcbError } from "@ccb/core/errors";
import { acquireLock, type MigrateResult, migrateStore, readMigrationStatus, rollBackStore } from "@ccb/store";
import { exitCodes } from "../exit-codes.ts";
import { findProject } from "../project/find-project.ts";
import { formatPlural } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";

export interface DatabaseFlags {
  json?: boolean;
}

export interface RollbackFlags extends DatabaseFlags {
  steps: number;
  set?: string;
  yes?: boolean;
}

interface DatabaseCommand<Flags> {
  directory: string | undefined;
  flags: Flags;
  terminal: Terminal;
}

/** `ccb db status`: one step a line. */
export async function runDatabaseStatus(call: DatabaseCommand<DatabaseFlags>): Promise<number> {
  const { database } = planProjectPaths(findProject(call.directory, call.terminal.cwd));
  const steps = readMigrationStatus({ path: database, migrations: projectMigrations });
  const { stdout } = call.terminal;
  if (call.flags.json) {
    stdout.write(`${JSON.stringify(steps, null, 2)}\n`);
    return exitCodes.done;
  }
  for (const { set, version, name, appliedAt, known } of steps) {
    const state = appliedAt === undefined ? "missing" : `applied ${appliedAt}`;
    stdout.write(
      `${set.padEnd(12)} ${String(version).padStart(3)}  ${name.padEnd(28)} ${state}${known ? "" : " (by a newer version of CCB)"}\n`,
    );
  }
  const missing = steps.filter(({ appliedAt }) => appliedAt === undefined).length;
  stdout.write(
    missing === 0 ? "Up to date.\n" : `${formatPlural(missing, "step")} missing: ccb db migrate applies them.\n`,
  );
  return exitCodes.done;
}

/** `ccb db migrate`: under the project's lock, after a copy. */
export async function runDatabaseMigrate(call: DatabaseCommand<DatabaseFlags>): Promise<number> {
  const change = (where: ReturnType<typeof planWhere>) => migrateStore(where);
  return changeTables(call, { verb: "applied", nothing: "Up to date; nothing was changed.", change });
}

/** `ccb db rollback`: asks first, then under the project's lock, after a copy. */
export async function runDatabaseRollback(call: DatabaseCommand<RollbackFlags>): Promise<number> {
  const { steps, set, yes = false } = call.flags;
  if (
    !yes &&
    !(await confirm(
      call.terminal,
      `Undo ${formatPlural(steps, "step")}? What their tables hold is then only in the copy.`,
    ))
  ) {
    call.terminal.stderr.write("Nothing was changed.\n");
    return exitCodes.stopped;
  }
  const change = (where: ReturnType<typeof planWhere>) => rollBackStore({ ...where, steps, set });
  return changeTables(call, { verb: "undone", nothing: "Nothing was changed.", change });
}

function changeTables(
  call: DatabaseCommand<DatabaseFlags>,
  work: { verb: string; nothing: string; change: (where: ReturnType<typeof planWhere>) => MigrateResult },
): number {
  const { terminal, flags } = call;
  const root = findProject(call.directory, terminal.cwd);
  const lock = acquireLock({ directory: planProjectPaths(root).checkpoints });
  if (!lock.acquired) {
    throw new CcbError({
      code: "locked",
      message: `Another process${lock.by ? ` (pid ${lock.by.pid})` : ""} is building in ${root}. Nothing was changed.`,
      hint: "Wait for it to end or stop it.",
    });
  }
  try {
    const { steps, backup } = work.change(planWhere(root));
    if (flags.json) terminal.stdout.write(`${JSON.stringify({ steps, backup }, null, 2)}\n`);
    else {
      for (const { set, version, name } of steps) terminal.stdout.write(`${work.verb} ${set} ${version}: ${name}\n`);
      if (steps.length === 0) terminal.stdout.write(`${work.nothing}\n`);
      if (backup)
        terminal.stdout.write(
          `The database from before is ${relative(terminal.cwd, backup)}; to go back, put it in the place of .checkpoints/build.db.\n`,
        );
    }
    return exitCodes.done;
  } finally {
    lock.lock.release();
  }
}

function planWhere(root: string) {
  const { database, backups } = planProjectPaths(root);
  return { path: database, migrations: projectMigrations, backupDirectory: backups };
}

async function confirm(terminal: Terminal, question: string): Promise<boolean> {
  if (terminal.stdin.isTTY !== true) {
    throw new CcbError({
      code: "usage",
      message: `${question} There is nobody to ask: standard input is no terminal.`,
      hint: "Say yes with --yes.",
    });
  }
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
