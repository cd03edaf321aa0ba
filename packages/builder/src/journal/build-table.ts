import type { DatabaseSync } from "node:sqlite";

export interface BuildRecord {
  id: string;
  project: string;
  /** ISO 8601. */
  startedAt: string;
  specificationHash: string;
  /** What the frontend was asked, as JSON of its own, so that it can go on with the same; undefined where none was given. */
  invocation: unknown;
}

/** The build of a directory. */
export interface BuildTable {
  /** The build of this directory, if one was begun here. */
  build(): BuildRecord | undefined;
  begin(record: BuildRecord): void;
  /** Notes what the build goes on with. */
  update(fields: { specificationHash: string; invocation: unknown }): void;
}

export function createBuildTable(database: DatabaseSync): BuildTable {
  const toText = (invocation: unknown) => (invocation === undefined ? null : JSON.stringify(invocation));
  return {
    build() {
      const row = database
        .prepare("SELECT id, project, started_at, specification_hash, invocation FROM builds LIMIT 1")
        .get();
      if (!row) return undefined;
      return {
        id: String(row.id),
        project: String(row.project),
        startedAt: String(row.started_at),
        specificationHash: String(row.specification_hash),
        invocation: typeof row.invocation === "string" ? (JSON.parse(row.invocation) as unknown) : undefined,
      };
    },
    begin({ id, project, startedAt, specificationHash, invocation }) {
      database
        .prepare("INSERT INTO builds (id, project, started_at, specification_hash, invocation) VALUES (?, ?, ?, ?, ?)")
        .run(id, project, startedAt, specificationHash, toText(invocation));
    },
    update({ specificationHash, invocation }) {
      database
        .prepare("UPDATE builds SET specification_hash = ?, invocation = coalesce(?, invocation)")
        .run(specificationHash, toText(invocation));
    },
  };
}
