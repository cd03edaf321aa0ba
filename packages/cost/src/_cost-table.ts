import type { CallOutcome, CallScope, CapKind, Clock, CostEntry, MicroUsd, ReserveRequest } from "@ccb/core";
import type { Store } from "@ccb/store";
import { type CostSums, numberOf, type Reservation, readReservation, readSums, writeTerms } from "./_cost-rows.ts";

interface CostTableOptions {
  store: Store;
  build: string;
  session: string;
  clock: Clock;
}

interface BookedMoney {
  /** Undefined where it is not known. */
  cost: MicroUsd | undefined;
  /** What stands against the caps. */
  counted: MicroUsd;
}

const entryColumns = [
  "timestamp",
  "build_id",
  "session_id",
  "phase_id",
  "task_id",
  "agent",
  "attempt",
  "claude_session_id",
  "caller",
  "model_name",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "web_search_requests",
  "cost_micro_usd",
  "counted_micro_usd",
  "reserved_micro_usd",
  "status",
  "message_id",
  "latency_ms",
  "call_number",
  "terms",
  "http_status",
  "first_byte_ms",
];

export type CostTable = ReturnType<typeof createCostTable>;

/** The statements of the ledger, prepared once, for one build. */
export function createCostTable({ store, build, session, clock }: CostTableOptions) {
  const prepare = (sql: string) => store.database.prepare(sql);
  const reservedBy = (condition: string) =>
    prepare(`SELECT COALESCE(SUM(reserved_micro_usd), 0) AS sum FROM cost_reservations WHERE build_id = ?${condition}`);
  const selectTotals = prepare("SELECT * FROM cost_totals WHERE build_id = ?");
  const selectScope = prepare("SELECT * FROM cost_scopes WHERE build_id = ? AND kind = ? AND key = ?");
  const selectReserved = reservedBy("");
  const selectReservedIn = { phase: reservedBy(" AND phase_id = ?"), task: reservedBy(" AND task_id = ?") };
  const selectReservation = prepare("SELECT * FROM cost_reservations WHERE id = ? AND build_id = ?");
  const selectAbandoned = prepare("SELECT * FROM cost_reservations WHERE build_id = ? AND session_id <> ? ORDER BY id");
  const deleteReservation = prepare("DELETE FROM cost_reservations WHERE id = ?");
  const deleteCaps = prepare("DELETE FROM cost_caps WHERE build_id = ?");
  const insertCap = prepare("INSERT INTO cost_caps VALUES (?, ?, ?)");
  const insertReservation = prepare(
    `INSERT INTO cost_reservations (timestamp, build_id, session_id, phase_id, task_id, agent, attempt, claude_session_id, caller,
      model_name, input_tokens, max_output_tokens, reserved_micro_usd, terms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertEntry = prepare(
    `INSERT INTO cost_entries (${entryColumns.join(", ")}) VALUES (${entryColumns.map(() => "?").join(", ")})`,
  );
  const now = () => clock.now().toISOString();
  const scopeValues = ({ phase, task, agent, attempt, session: claude, caller }: CallScope) =>
    [build, session, phase ?? null, task ?? null, agent, attempt ?? null, claude ?? null, caller ?? null] as const;

  return {
    sums: (): CostSums => readSums(selectTotals.get(build)),
    reserved: (): MicroUsd => numberOf(selectReserved.get(build)?.sum),

    /** What counts against the cap of one phase, task or day: what is booked, and what is reserved. Reservations count for whatever day it is. */
    taken(kind: Exclude<CapKind, "build">, key: string) {
      const sums = selectScope.get(build, kind, key);
      const row = kind === "day" ? selectReserved.get(build) : selectReservedIn[kind].get(build, key);
      const costMicroUsd = numberOf(sums?.cost_micro_usd);
      const heldMicroUsd = numberOf(sums?.counted_micro_usd) - costMicroUsd;
      return { costMicroUsd, heldMicroUsd, reservedMicroUsd: numberOf(row?.sum) };
    },

    /** Puts the caps of this run in the place of an earlier one's. */
    keepCaps(caps: readonly { kind: CapKind; amount: MicroUsd }[]): void {
      deleteCaps.run(build);
      for (const { kind, amount } of caps) insertCap.run(build, kind, amount);
    },

    reserve({ scope, model, inputTokens, maxOutputTokens, terms }: ReserveRequest, amount: MicroUsd): number {
      const values = [...scopeValues(scope), model, inputTokens, maxOutputTokens, amount, writeTerms(terms)] as const;
      return Number(insertReservation.run(now(), ...values).lastInsertRowid);
    },

    findReservation(id: number): Reservation | undefined {
      const row = selectReservation.get(id, build);
      return row && readReservation(row);
    },

    /** Calls under way that another process, which is gone, had reserved. */
    listAbandoned: (): Reservation[] => selectAbandoned.all(build, session).map(readReservation),

    /** Puts the finished call in the place of its reservation. */
    book(reservation: Reservation, outcome: CallOutcome, money: BookedMoney): CostEntry {
      const { scope } = reservation;
      const at = now();
      const values = [...scopeValues(scope), ...entryValues(reservation, outcome, money)] as const;
      const { lastInsertRowid } = insertEntry.run(at, ...values);
      deleteReservation.run(reservation.id);
      return { id: Number(lastInsertRowid), scope, costMicroUsd: money.cost, at, ...outcome };
    },
  };
}

/** The values of an entry's columns from `model_name` on. */
function entryValues(reservation: Reservation, outcome: CallOutcome, money: BookedMoney) {
  const { model, usage, status, messageId, latencyMs, callNumber, terms, httpStatus, firstByteMs } = outcome;
  return [
    model,
    usage.inputTokens,
    usage.outputTokens,
    usage.cacheReadTokens,
    usage.cacheWrite5mTokens,
    usage.cacheWrite1hTokens,
    usage.webSearchRequests,
    money.cost ?? null,
    money.counted,
    reservation.reservedMicroUsd,
    status,
    messageId ?? null,
    latencyMs,
    callNumber,
    writeTerms(terms),
    httpStatus ?? null,
    firstByteMs ?? null,
  ] as const;
}
