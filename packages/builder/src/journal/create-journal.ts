import { type BuildEvent, CcbError, type Clock } from "@ccb/core";
import type { Store } from "@ccb/store";
import { type AnswerTable, createAnswerTable } from "./answer-table.ts";
import { type BuildTable, createBuildTable } from "./build-table.ts";
import { hashInputs, hashText } from "./hash-inputs.ts";
import { createRunTable, type RunTable } from "./run-table.ts";

/** The durable memory of one project directory: what was done, keyed by what it was done from. */
export interface Journal extends BuildTable, RunTable {
  answers: AnswerTable;
  /** Runs `work` as one transaction: a result, its events and its costs are there together or not at all. */
  transaction: Store["transaction"];
  /** Resolves once the disk has what did not wait for it. */
  durable: Store["durable"];
  /** The saved result of a step for exactly these inputs, or undefined. */
  find<T>(step: string, inputs: unknown): T | undefined;
  /** The newest saved result of a step, whatever its inputs were. */
  latest<T>(step: string): T | undefined;
  /** Saves the result of a step; the same step with other inputs is kept beside it. */
  save(step: string, inputs: unknown, result: unknown): void;
  event(event: BuildEvent): void;
  /** All events, in order. */
  events(): BuildEvent[];
  lastSequence(): number;
}

/** Opens the journal in an open store whose migrations include `journalMigrations`. */
export function createJournal(options: { store: Store; clock: Clock }): Journal {
  const { store, clock } = options;
  const { database } = store;
  const now = () => clock.now().toISOString();
  const findStep = database.prepare("SELECT result, result_hash FROM steps WHERE name = ? AND input_hash = ?");
  const findLatest = database.prepare(
    "SELECT result, result_hash FROM steps WHERE name = ? ORDER BY ended_at DESC, rowid DESC LIMIT 1",
  );
  const saveStep = database.prepare(
    `INSERT INTO steps (name, input_hash, result, result_hash, started_at, ended_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET result = excluded.result, result_hash = excluded.result_hash, ended_at = excluded.ended_at`,
  );
  const saveEvent = database.prepare("INSERT INTO events (sequence, at, type, body) VALUES (?, ?, ?, ?)");
  const lastEvent = database.prepare("SELECT max(sequence) AS last FROM events");
  return {
    ...createBuildTable(database),
    ...createRunTable({ store, clock }),
    answers: createAnswerTable({ database, clock }),
    transaction: store.transaction,
    durable: store.durable,
    find<T>(step: string, inputs: unknown): T | undefined {
      return readResult<T>(step, findStep.get(step, hashInputs(inputs)), store.path);
    },
    latest<T>(step: string): T | undefined {
      return readResult<T>(step, findLatest.get(step), store.path);
    },
    save(step, inputs, result) {
      const text = JSON.stringify(result);
      saveStep.run(step, hashInputs(inputs), text, hashText(text), now(), now());
    },
    event(event) {
      saveEvent.run(event.sequence, event.at, event.type, JSON.stringify(event));
    },
    events: () =>
      database
        .prepare("SELECT body FROM events ORDER BY sequence")
        .all()
        .map(({ body }) => JSON.parse(String(body)) as BuildEvent),
    lastSequence: () => Number(lastEvent.get()?.last ?? 0),
  };
}

/** A result whose bytes are not those that were saved is never used. */
function readResult<T>(step: string, row: Record<string, unknown> | undefined, path: string): T | undefined {
  if (!row) return undefined;
  const text = String(row.result);
  if (row.result_hash === null || row.result_hash === hashText(text)) return JSON.parse(text) as T;
  throw new CcbError({
    code: "store-failed",
    message: `The record of step "${step}" in ${path} is damaged: its content does not have the hash it was saved with.`,
    hint: "Go back to the last copy that CCB made of the journal: ccb resume DIR --from-backup",
    details: { step, path },
  });
}
