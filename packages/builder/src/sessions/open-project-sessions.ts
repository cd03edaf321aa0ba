import { relative } from "node:path";
import { CcbError, type Clock, systemClock } from "@ccb/core";
import { acquireLock, openStore } from "@ccb/store";
import { type ProjectPaths, planProjectPaths } from "../project/project-paths.ts";
import { releaseSetAside } from "../repository/release-set-aside.ts";
import { type SealResult, sealSessions, unsealSessions } from "./seal-sessions.ts";
import { listSessionFiles, removeSessionFile, type SessionFile } from "./session-files.ts";
import { sessionMigrations } from "./session-migrations.ts";
import { deleteSessions, readSessions, type SessionRecord } from "./session-rows.ts";

/** One session of a project, for people and programs. */
export interface ProjectSession {
  /** Undefined for one that ended before it said its id. */
  sessionId: string | undefined;
  /** Undefined for a transcript that is in no register (a project of an older version). */
  task: string | undefined;
  phase: string | undefined;
  attempt: number | undefined;
  /** running · ended · cut: CCB was killed before it ended. */
  state: "running" | "ended" | "cut";
  outcome: string | undefined;
  pid: number | undefined;
  /** ISO 8601; for a transcript in no register the time of its last change. */
  startedAt: string;
  endedAt: string | undefined;
  transcript: "readable" | "encrypted" | "missing";
  /** Relative to the project directory. */
  transcriptPath: string | undefined;
  /** Of the transcript and of long tool results. */
  bytes: number;
}

export interface CleanResult {
  removed: ProjectSession[];
  bytes: number;
  /** Refs of unfinished work that was set aside; git frees what only they reached with its next `gc`. */
  released: string[];
}

/** The sessions of a project directory. Everything that changes files takes the project's lock for as long as it works. */
export interface ProjectSessions {
  /** Oldest first; reads only, also while a build runs. */
  list(): Promise<ProjectSession[]>;
  /** Removes what sessions left that ended, or were last written, longer ago than that: transcripts, register entries, and refs of unfinished work. `environment` is git's. */
  clean(options: { olderThanMs: number; environment: Record<string, string> }): Promise<CleanResult>;
  encrypt(passphrase: string): Promise<SealResult>;
  decrypt(passphrase: string): Promise<SealResult>;
}

/**
 * Opens the sessions of a project directory; nothing is read before the first method. Methods reject with a CcbError: `locked` while a build holds the directory, `bad-input`
 * for a passphrase that does not open a file, `store-failed` for a damaged database.
 */
export function openProjectSessions(options: { directory: string; clock?: Clock }): ProjectSessions {
  const paths = planProjectPaths(options.directory);
  const { clock = systemClock } = options;
  return {
    list: async () => (await listWithFiles(paths)).map(({ session }) => session),
    clean: ({ olderThanMs, environment }) =>
      underLock(paths, async () => {
        const beforeMs = clock.now().getTime() - olderThanMs;
        const cleaned = await clean(paths, beforeMs);
        return { ...cleaned, released: await releaseSetAside({ directory: paths.root, environment, beforeMs }) };
      }),
    encrypt: (passphrase) => underLock(paths, () => sealSessions({ home: paths.sessionHome, passphrase })),
    decrypt: (passphrase) => underLock(paths, () => unsealSessions({ home: paths.sessionHome, passphrase })),
  };
}

interface Listed {
  session: ProjectSession;
  /** Row of the register, where it has one. */
  row: number | undefined;
  files: SessionFile[];
}

async function listWithFiles(paths: ProjectPaths): Promise<Listed[]> {
  const records = readRegister(paths);
  const files = await listSessionFiles(paths.sessionHome);
  const known = new Set(records.map(({ sessionId }) => sessionId));
  const running = await findRunning(records);
  const listed = records.map((record): Listed => {
    const own = files.filter(({ sessionId }) => sessionId === record.sessionId);
    const session = { ...describeRecord(record, running.has(record.id)), ...describeFiles(paths, own) };
    return { session, row: record.id, files: own };
  });
  const strays = Map.groupBy(
    files.filter(({ sessionId }) => !known.has(sessionId)),
    ({ sessionId }) => sessionId,
  );
  for (const [sessionId, own] of strays) {
    const modified = new Date(Math.max(...own.map(({ modifiedMs }) => modifiedMs))).toISOString();
    const session: ProjectSession = {
      sessionId,
      task: undefined,
      phase: undefined,
      attempt: undefined,
      state: "ended",
      outcome: undefined,
      pid: undefined,
      startedAt: modified,
      endedAt: modified,
      ...describeFiles(paths, own),
    };
    listed.push({ session, row: undefined, files: own });
  }
  return listed.sort(({ session: left }, { session: right }) => (left.startedAt < right.startedAt ? -1 : 1));
}

function readRegister(paths: ProjectPaths): SessionRecord[] {
  using store = openStore({ path: paths.database, migrations: [], readOnly: true });
  return readSessions(store.database);
}

/** Rows without an end whose process is the recorded one. Looked up only where there are any, since the Agent SDK loads with it. */
async function findRunning(records: readonly SessionRecord[]): Promise<Set<number>> {
  const open = records.filter(({ endedAt, process }) => endedAt === undefined && process !== undefined);
  if (open.length === 0) return new Set();
  const { readProcessRecord } = await import("@ccb/claude-code");
  const isAlive = ({ process }: SessionRecord) =>
    process !== undefined && readProcessRecord(process.pid)?.startedAt === process.startedAt;
  return new Set(open.filter(isAlive).map(({ id }) => id));
}

function describeRecord(record: SessionRecord, isRunning: boolean) {
  const { sessionId, task, phase, attempt, outcome, startedAt, endedAt, process: recorded } = record;
  const state = endedAt !== undefined ? "ended" : isRunning ? "running" : "cut";
  return { sessionId, task, phase, attempt, state, outcome, pid: recorded?.pid, startedAt, endedAt } as const;
}

function describeFiles(paths: ProjectPaths, files: readonly SessionFile[]) {
  const transcripts = files.filter(({ isTranscript }) => isTranscript);
  const transcript = transcripts.find(({ sealed }) => !sealed) ?? transcripts[0];
  return {
    transcript:
      transcript === undefined
        ? ("missing" as const)
        : transcript.sealed
          ? ("encrypted" as const)
          : ("readable" as const),
    transcriptPath: transcript && relative(paths.root, transcript.path),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Files first, then the register: interrupted in between, the next cleaning finds the rest. */
async function clean(paths: ProjectPaths, beforeMs: number): Promise<Omit<CleanResult, "released">> {
  const listed = await listWithFiles(paths);
  const isOld = ({ session }: Listed) =>
    session.state !== "running" && Date.parse(session.endedAt ?? session.startedAt) < beforeMs;
  const old = listed.filter(isOld);
  // A session that was resumed is as old as its last start.
  const kept = new Set(listed.filter((one) => !isOld(one)).map(({ session }) => session.sessionId));
  const doomed = old
    .filter(({ session }) => !kept.has(session.sessionId))
    .flatMap(({ files }) => files)
    .filter((file, index, all) => all.findIndex(({ path }) => path === file.path) === index);
  for (const file of doomed) await removeSessionFile(paths.sessionHome, file);
  using store = openStore({ path: paths.database, migrations: [sessionMigrations] });
  deleteSessions(
    store,
    old.flatMap(({ row }) => row ?? []),
  );
  return {
    removed: old.map(({ session }) => session),
    bytes: doomed.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function underLock<T>(paths: ProjectPaths, work: () => Promise<T>): Promise<T> {
  const result = acquireLock({ directory: paths.checkpoints });
  if (!result.acquired) {
    const holder = result.by ? `process ${result.by.pid}, since ${result.by.startedAt}` : "another process";
    throw new CcbError({
      code: "locked",
      message: `A build is running in ${paths.root} (${holder}), so its sessions were left as they are.`,
      hint: "Wait for it to end or stop it, then run the same command again.",
    });
  }
  try {
    return await work();
  } finally {
    result.lock.release();
  }
}
