import type { MigrationStep } from "@ccb/store";

const summed = [
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "web_search_requests",
  "counted_micro_usd",
  "latency_ms",
];

const entryColumns = [
  "caller TEXT",
  "claude_session_id TEXT",
  "attempt INTEGER",
  "terms TEXT",
  "http_status INTEGER",
  "first_byte_ms REAL",
  "reserved_micro_usd INTEGER",
];

const reservationColumns = ["caller TEXT", "claude_session_id TEXT", "attempt INTEGER", "terms TEXT"];

/** The scopes that have a cap of their own, with where their key stands. */
const scopes = [
  { kind: "phase", key: "phase_id" },
  { kind: "task", key: "task_id" },
  { kind: "day", key: "substr(timestamp, 1, 10)" },
];

const of = (row: string, expression: string) =>
  expression.replace(/phase_id|task_id|timestamp/, (name) => `${row}${name}`);

const addToScope = ({ kind, key }: { kind: string; key: string }): string => `
  INSERT INTO cost_scopes SELECT NEW.build_id, '${kind}', ${of("NEW.", key)}, 1, COALESCE(NEW.cost_micro_usd, 0), NEW.counted_micro_usd
    WHERE ${of("NEW.", key)} IS NOT NULL
    ON CONFLICT DO UPDATE SET calls = calls + 1, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
      counted_micro_usd = counted_micro_usd + excluded.counted_micro_usd;`;

const fillScope = ({ kind, key }: { kind: string; key: string }): string => `
INSERT INTO cost_scopes SELECT build_id, '${kind}', ${key}, COUNT(*), COALESCE(SUM(cost_micro_usd), 0), SUM(counted_micro_usd)
  FROM cost_entries WHERE ${key} IS NOT NULL GROUP BY build_id, ${key};`;

/** Their columns have few values each, so that they never spared reading the rows; they cost a third of the time of a row. */
const dropped = [
  { name: "cost_entries_timestamp", columns: "timestamp" },
  { name: "cost_entries_phase", columns: "build_id, phase_id" },
  { name: "cost_entries_agent", columns: "build_id, agent" },
  { name: "cost_entries_model", columns: "build_id, model_name" },
];

/** Who made the call, the terms it was served at, caps for phases, tasks and days, and sums by hour. */
export const scopesAndRollUps: MigrationStep = {
  version: 2,
  name: "callers, scopes, hours, caps and holds",
  up: `
${entryColumns.map((column) => `ALTER TABLE cost_entries ADD COLUMN ${column};`).join("\n")}
${reservationColumns.map((column) => `ALTER TABLE cost_reservations ADD COLUMN ${column};`).join("\n")}
${dropped.map(({ name }) => `DROP INDEX ${name};`).join("\n")}
CREATE INDEX cost_entries_build ON cost_entries (build_id, timestamp);
CREATE TABLE cost_scopes (
  build_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  calls INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  counted_micro_usd INTEGER NOT NULL,
  PRIMARY KEY (build_id, kind, key)
) STRICT, WITHOUT ROWID;
${scopes.map(fillScope).join("")}
CREATE TABLE cost_hours (
  build_id TEXT NOT NULL,
  hour TEXT NOT NULL,
  agent TEXT NOT NULL,
  model_name TEXT NOT NULL,
  calls INTEGER NOT NULL,
  unanswered_calls INTEGER NOT NULL,
  unpriced_calls INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  ${summed.map((column) => `${column} ${column === "latency_ms" ? "REAL" : "INTEGER"} NOT NULL`).join(",\n  ")},
  PRIMARY KEY (build_id, hour, agent, model_name)
) STRICT, WITHOUT ROWID;
INSERT INTO cost_hours SELECT build_id, substr(timestamp, 1, 13), agent, model_name, COUNT(*), SUM(status <> 'answered'),
  SUM(cost_micro_usd IS NULL), COALESCE(SUM(cost_micro_usd), 0), ${summed.map((column) => `SUM(${column})`).join(", ")}
  FROM cost_entries GROUP BY 1, 2, 3, 4;
CREATE TRIGGER cost_scopes_add AFTER INSERT ON cost_entries BEGIN${scopes.map(addToScope).join("")}
  INSERT INTO cost_hours VALUES (NEW.build_id, substr(NEW.timestamp, 1, 13), NEW.agent, NEW.model_name, 1,
    NEW.status <> 'answered', NEW.cost_micro_usd IS NULL, COALESCE(NEW.cost_micro_usd, 0), ${summed.map((column) => `NEW.${column}`).join(", ")}
  ) ON CONFLICT DO UPDATE SET calls = calls + 1, unanswered_calls = unanswered_calls + excluded.unanswered_calls,
    unpriced_calls = unpriced_calls + excluded.unpriced_calls, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
    ${summed.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")};
END;
CREATE TABLE cost_caps (
  build_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  cap_micro_usd INTEGER NOT NULL,
  PRIMARY KEY (build_id, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE rate_limit_holds (
  upstream TEXT NOT NULL,
  model_name TEXT NOT NULL,
  until TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (upstream, model_name)
) STRICT, WITHOUT ROWID;`,
  down: `
DROP TABLE rate_limit_holds;
DROP TABLE cost_caps;
DROP TRIGGER cost_scopes_add;
DROP TABLE cost_hours;
DROP TABLE cost_scopes;
DROP INDEX cost_entries_build;
${dropped.map(({ name, columns }) => `CREATE INDEX ${name} ON cost_entries (${columns});`).join("\n")}
${reservationColumns.map((column) => `ALTER TABLE cost_reservations DROP COLUMN ${column.split(" ")[0]};`).join("\n")}
${entryColumns.map((column) => `ALTER TABLE cost_entries DROP COLUMN ${column.split(" ")[0]};`).join("\n")}`,
};
