import type { CallOutcome, CallScope, Clock, CostEntry, MicroUsd, ReserveRequest } from "@ccb/core";
import type { Store } from "@ccb/store";
import { type CostSums, numberOf, type Reservation, readReservation, readSums } from "./_cost-rows.ts";

interface CostTableOptions {
  store: Store;
  build: string;
  session: string;
  clock: Clock;
}

/** The statements of the ledger, prepared once, for one build. */
export function createCostTable({ store, build, session, clock }: CostTableOptions) {
  const prepare = (sql: string) => store.database.prepare(sql);
  const selectTotals = prepare("SELECT * FROM cost_totals WHERE build_id = ?");
  const selectReserved = prepare(
    "SELECT COALESCE(SUM(reserved_micro_usd), 0) AS sum FROM cost_reservations WHERE build_id = ?",
  );
  const selectReservation = prepare("SELECT * FROM cost_reservations WHERE id = ? AND build_id = ?");
  const selectAbandoned = prepare("SELECT * FROM cost_reservations WHERE build_id = ? AND session_id <> ? ORDER BY id");
  const deleteReservation = prepare("DELETE FROM cost_reservations WHERE id = ?");
  const insertReservation = prepare(
    `INSERT INTO cost_reservations (timestamp, build_id, session_id, phase_id, task_id, agent, model_name, input_tokens,
      max_output_tokens, reserved_micro_usd) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertEntry = prepare(
    `INSERT INTO cost_entries (timestamp, build_id, session_id, phase_id, task_id, agent, model_name, input_tokens, output_tokens,
      cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_search_requests, cost_micro_usd, counted_micro_usd,
      status, message_id, latency_ms, call_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const now = () => clock.now().toISOString();
  const scopeValues = (scope: CallScope) =>
    [build, session, scope.phase ?? null, scope.task ?? null, scope.agent] as const;

  return {
    sums: (): CostSums => readSums(selectTotals.get(build)),
    reserved: (): MicroUsd => numberOf(selectReserved.get(build)?.sum),

    reserve({ scope, model, inputTokens, maxOutputTokens }: ReserveRequest, amount: MicroUsd): number {
      const values = [...scopeValues(scope), model, inputTokens, maxOutputTokens, amount] as const;
      return Number(insertReservation.run(now(), ...values).lastInsertRowid);
    },

    findReservation(id: number): Reservation | undefined {
      const row = selectReservation.get(id, build);
      return row && readReservation(row);
    },

    /** Calls under way that another process, which is gone, had reserved. */
    listAbandoned: (): Reservation[] => selectAbandoned.all(build, session).map(readReservation),

    /** Puts the finished call in the place of its reservation. */
    book(
      reservation: Reservation,
      outcome: CallOutcome,
      money: { cost: MicroUsd | undefined; counted: MicroUsd },
    ): CostEntry {
      const { model, usage, status, messageId, latencyMs, callNumber } = outcome;
      const { scope } = reservation;
      const at = now();
      const { lastInsertRowid } = insertEntry.run(
        at,
        ...scopeValues(scope),
        model,
        usage.inputTokens,
        usage.outputTokens,
        usage.cacheReadTokens,
        usage.cacheWrite5mTokens,
        usage.cacheWrite1hTokens,
        usage.webSearchRequests,
        money.cost ?? null,
        money.counted,
        status,
        messageId ?? null,
        latencyMs,
        callNumber,
      );
      deleteReservation.run(reservation.id);
      return { id: Number(lastInsertRowid), scope, costMicroUsd: money.cost, at, ...outcome };
    },
  };
}
