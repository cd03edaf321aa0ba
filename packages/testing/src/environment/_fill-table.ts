import { CcbError } from "@ccb/core";
import type { Client } from "pg";
import { createRandom, type DataSchema, generateValue } from "./generate-data.ts";

interface Column {
  name: string;
  type: string;
  isNullable: boolean;
  hasDefault: boolean;
  length: number | null;
  isUnique: boolean;
  /** Values of the column that it refers to. */
  references: unknown[] | undefined;
  values: string[] | undefined;
}

const batchRows = 500;

/** Puts rows into a table that fit its columns: types, lengths, enum types, unique columns and foreign keys. Columns with a default (keys, most of all) are left to it. */
export async function fillTable(client: Client, { table, rows }: { table: string; rows: number }): Promise<void> {
  const columns = (await readColumns(client, table)).filter((column) => !column.hasDefault);
  const names = columns.map(({ name }) => quoteName(name)).join(", ");
  const random = createRandom(rows);
  for (let done = 0; done < rows; done += batchRows) {
    const batch = Array.from({ length: Math.min(batchRows, rows - done) }, (_, index) =>
      columns.map((column) => makeValue(column, { number: done + index + 1, random })),
    );
    const places = batch.map((row, index) => `(${row.map((_, at) => `$${index * row.length + at + 1}`).join(", ")})`);
    const text =
      columns.length === 0
        ? Array(batch.length)
            .fill(`INSERT INTO ${quoteName(table)} DEFAULT VALUES`)
            .join(";")
        : `INSERT INTO ${quoteName(table)} (${names}) VALUES ${places.join(", ")}`;
    await client.query(text, batch.flat());
  }
}

async function readColumns(client: Client, table: string): Promise<Column[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT c.column_name, c.udt_name, c.is_nullable, c.column_default, c.is_identity, c.is_generated, c.character_maximum_length,
       EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
               WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indnatts = 1 AND a.attname = c.column_name) AS is_unique,
       (SELECT format('SELECT %I AS value FROM %s LIMIT 1000', fa.attname, f.confrelid::regclass)
          FROM pg_constraint f JOIN pg_attribute la ON la.attrelid = f.conrelid AND la.attnum = f.conkey[1]
               JOIN pg_attribute fa ON fa.attrelid = f.confrelid AND fa.attnum = f.confkey[1]
         WHERE f.contype = 'f' AND f.conrelid = to_regclass($1) AND la.attname = c.column_name LIMIT 1) AS reference,
       (SELECT array_agg(e.enumlabel::text) FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typname = c.udt_name) AS labels
     FROM information_schema.columns c WHERE c.table_schema = current_schema() AND c.table_name = $2 ORDER BY c.ordinal_position`,
    [quoteName(table), table],
  );
  if (rows.length === 0)
    throw new CcbError({ code: "io-failed", message: `there is no table ${table} to make rows for.` });
  const columns: Column[] = [];
  for (const row of rows) {
    const isKey = row.reference === null ? undefined : await client.query<{ value: unknown }>(String(row.reference));
    columns.push({
      name: String(row.column_name),
      type: String(row.udt_name),
      isNullable: row.is_nullable === "YES",
      hasDefault: row.column_default !== null || row.is_identity === "YES" || row.is_generated === "ALWAYS",
      length: row.character_maximum_length === null ? null : Number(row.character_maximum_length),
      isUnique: row.is_unique === true,
      references: isKey?.rows.map(({ value }) => value),
      values: Array.isArray(row.labels) ? row.labels.map(String) : undefined,
    });
  }
  return columns;
}

function makeValue(column: Column, { number, random }: { number: number; random: () => number }): unknown {
  const { references, values, isNullable, isUnique } = column;
  if (references) {
    if (references.length > 0)
      return isUnique ? references[number - 1] : references[Math.floor(random() * references.length)];
    if (isNullable) return null;
    throw new CcbError({
      code: "io-failed",
      message: `column ${column.name} refers to a table without rows; make those first.`,
    });
  }
  if (isNullable && !isUnique && random() < 0.2) return null;
  if (values) return values[Math.floor(random() * values.length)];
  const value = generateValue(schemaOf(column), random);
  if (!isUnique) return typeof value === "object" ? JSON.stringify(value) : value;
  if (typeof value === "number") return number;
  if (column.type === "uuid") return value;
  const text = `${number}-${String(value)}`;
  return column.length === null ? text : text.slice(0, column.length);
}

const texts: Record<string, string> = {
  date: "date",
  timestamp: "date-time",
  timestamptz: "date-time",
  time: "time",
  timetz: "time",
  uuid: "uuid",
  inet: "ipv4",
};

function schemaOf({ type, name, length }: Column): DataSchema {
  if (/^int[248]$/.test(type)) return { type: "integer", minimum: 0, maximum: 10_000 };
  if (/^(?:numeric|float[48]|money)$/.test(type)) return { type: "number", minimum: 0, maximum: 10_000 };
  if (type === "bool") return { type: "boolean" };
  if (type === "json" || type === "jsonb") return { type: "object", properties: { note: { type: "string" } } };
  const format = texts[type] ?? (/e_?mail/i.test(name) ? "email" : /url|website/i.test(name) ? "uri" : undefined);
  return { type: "string", ...(format ? { format } : {}), ...(length === null ? {} : { maxLength: length }) };
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
