import type { MigrationSet } from "@ccb/store";
import { scopesAndRollUps } from "./_migration-2.ts";

const tokenColumns = [
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "web_search_requests",
];

const tokenDefinitions = tokenColumns.map((column) => `${column} INTEGER NOT NULL`).join(", ");

/**
 * The ledger's tables.
 *
 * `cost_entries`: one row a finished call. `cost_micro_usd` is null where the cost is not known; `counted_micro_usd` is what stands against the cap (the
 * worst case where the cost is not known). `cost_totals`: one row a build, kept by a trigger in the same transaction, so that a budget check does
 * not sum a million rows. `cost_scopes`: the same for every phase, task and day. `cost_hours`: rolled up by hour, agent and model. `cost_reservations`: one row a
 * call under way; a row that outlives its process is a call of unknown outcome. `cost_caps`: the caps of a build, for those who only read. `rate_limit_holds`:
 * until when calls to a model are held back.
 */
export const costMigrations: MigrationSet = {
  name: "cost",
  steps: [
    {
      version: 1,
      name: "cost ledger",
      up: `
CREATE TABLE cost_entries (
  id INTEGER PRIMARY KEY,
  timestamp TEXT NOT NULL,
  build_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  phase_id TEXT,
  task_id TEXT,
  agent TEXT NOT NULL,
  model_name TEXT NOT NULL,
  ${tokenDefinitions},
  cost_micro_usd INTEGER,
  counted_micro_usd INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('answered', 'cut', 'failed', 'unknown')),
  message_id TEXT,
  latency_ms REAL NOT NULL,
  call_number INTEGER NOT NULL,
  cost_usd REAL GENERATED ALWAYS AS (cost_micro_usd / 1e6) VIRTUAL
) STRICT;
CREATE INDEX cost_entries_timestamp ON cost_entries (timestamp);
CREATE INDEX cost_entries_phase ON cost_entries (build_id, phase_id);
CREATE INDEX cost_entries_task ON cost_entries (build_id, task_id);
CREATE INDEX cost_entries_agent ON cost_entries (build_id, agent);
CREATE INDEX cost_entries_model ON cost_entries (build_id, model_name);
CREATE TABLE cost_totals (
  build_id TEXT PRIMARY KEY,
  calls INTEGER NOT NULL,
  ${tokenDefinitions},
  cost_micro_usd INTEGER NOT NULL,
  counted_micro_usd INTEGER NOT NULL,
  unpriced_calls INTEGER NOT NULL
) STRICT;
CREATE TRIGGER cost_totals_add AFTER INSERT ON cost_entries BEGIN
  INSERT INTO cost_totals VALUES (
    NEW.build_id, 1, ${tokenColumns.map((column) => `NEW.${column}`).join(", ")},
    COALESCE(NEW.cost_micro_usd, 0), NEW.counted_micro_usd, NEW.cost_micro_usd IS NULL
  ) ON CONFLICT (build_id) DO UPDATE SET
    calls = calls + 1,
    ${tokenColumns.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")},
    cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
    counted_micro_usd = counted_micro_usd + excluded.counted_micro_usd,
    unpriced_calls = unpriced_calls + excluded.unpriced_calls;
END;
CREATE TABLE cost_reservations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  timestamp TEXT NOT NULL,
  build_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  phase_id TEXT,
  task_id TEXT,
  agent TEXT NOT NULL,
  model_name TEXT NOT NULL,
  input_tokens INTEGER NOT NULL,
  max_output_tokens INTEGER NOT NULL,
  reserved_micro_usd INTEGER NOT NULL
) STRICT;
CREATE INDEX cost_reservations_build ON cost_reservations (build_id, reserved_micro_usd);`,
      down: `
DROP TABLE cost_reservations;
DROP TRIGGER cost_totals_add;
DROP TABLE cost_totals;
DROP TABLE cost_entries;`,
    },
    scopesAndRollUps,
  ],
};
