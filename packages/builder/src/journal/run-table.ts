import { CcbError, type Clock } from "@ccb/core";
import type { Store } from "@ccb/store";

/** An attempt at a step. Its number is a fencing token: only the newest attempt of the newest run may spend or change anything. */
export interface Attempt {
  /** 1 for the first attempt of the step, in whichever run. */
  number: number;
  /** Throws a CcbError `locked` when another run or attempt has begun since. */
  fence(): void;
  /** Notes the session that carries the attempt out. */
  session(sessionId: string): void;
  end(outcome: string): void;
}

/** An attempt that began and of which no end was noted: its process is gone. */
export interface CutAttempt {
  number: number;
  base: string | undefined;
  sessionId: string | undefined;
  startedAt: string;
}

/** The runs of the program on a directory, and the attempts at steps. */
export interface RunTable {
  /** Begins this process's run; from now on no earlier run may act. `mark` names its processes. */
  beginRun(run: { pid: number; mark: string }): number;
  endRun(outcome: string): void;
  /** True where the run before this one did not come to its end: its process was killed. */
  followsCut(): boolean;
  /** Throws a CcbError `locked` when another run has begun since. */
  fenceRun(): void;
  /** Begins an attempt; `base` is the commit it starts from. */
  beginAttempt(step: string, base?: string): Attempt;
  /** The newest attempt of a step, if it was cut. */
  cutAttempt(step: string): CutAttempt | undefined;
}

export function createRunTable(options: { store: Store; clock: Clock }): RunTable {
  const { store, clock } = options;
  const { database } = store;
  const now = () => clock.now().toISOString();
  const newestRun = database.prepare("SELECT coalesce(max(number), 0) AS number FROM runs");
  const newestAttempt = database.prepare("SELECT coalesce(max(attempt), 0) AS number FROM attempts WHERE step = ?");
  const addAttempt = database.prepare(
    "INSERT INTO attempts (step, attempt, started_at, run, base) VALUES (?, ?, ?, ?, ?)",
  );
  const nameSession = database.prepare("UPDATE attempts SET session_id = ? WHERE id = ?");
  const endAttempt = database.prepare("UPDATE attempts SET ended_at = ?, outcome = ? WHERE id = ?");
  const lastAttempt = database.prepare("SELECT * FROM attempts WHERE step = ? ORDER BY attempt DESC, id DESC LIMIT 1");
  let run = 0;

  function fenceRun(): void {
    const newest = Number(newestRun.get()?.number);
    if (run !== newest) throw overtaken(`run ${newest} of this directory has begun after run ${run}`);
  }

  return {
    fenceRun,
    beginRun({ pid, mark }) {
      run = store.transaction(() => {
        const number = Number(newestRun.get()?.number) + 1;
        database
          .prepare("INSERT INTO runs (number, pid, mark, started_at) VALUES (?, ?, ?, ?)")
          .run(number, pid, mark, now());
        return number;
      });
      return run;
    },
    followsCut: () =>
      database.prepare("SELECT 1 FROM runs WHERE number = ? - 1 AND ended_at IS NULL").get(run) !== undefined,
    endRun(outcome) {
      database.prepare("UPDATE runs SET ended_at = ?, outcome = ? WHERE number = ?").run(now(), outcome, run);
    },
    beginAttempt(step, base) {
      const { number, id } = store.transaction(() => {
        fenceRun();
        const next = Number(newestAttempt.get(step)?.number) + 1;
        return { number: next, id: addAttempt.run(step, next, now(), run, base ?? null).lastInsertRowid };
      });
      return {
        number,
        fence() {
          fenceRun();
          const newest = Number(newestAttempt.get(step)?.number);
          if (newest !== number) throw overtaken(`attempt ${newest} of ${step} has begun after attempt ${number}`);
        },
        session: (sessionId) => void nameSession.run(sessionId, id),
        end: (outcome) => void endAttempt.run(now(), outcome, id),
      };
    },
    cutAttempt(step) {
      const row = lastAttempt.get(step);
      if (!row || row.ended_at !== null) return undefined;
      const text = (value: unknown) => (typeof value === "string" ? value : undefined);
      return {
        number: Number(row.attempt),
        base: text(row.base),
        sessionId: text(row.session_id),
        startedAt: String(row.started_at),
      };
    },
  };
}

function overtaken(what: string): CcbError {
  return new CcbError({
    code: "locked",
    message: `This process may not act any more: ${what}.`,
    hint: "Another process has taken this project directory over (this one was probably asleep). Nothing was changed; look at it with: ccb status",
  });
}
