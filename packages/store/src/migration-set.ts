/** One step of a schema: SQL that makes it and SQL that undoes it. */
export interface MigrationStep {
  /** 1 for the first step of a set, then without gaps. */
  version: number;
  /** What the step does, in a few words. */
  name: string;
  up: string;
  down: string;
}

/** The tables of one library, as the steps that lead to them. */
export interface MigrationSet {
  /** Unique in a database, for example "cost". */
  name: string;
  steps: readonly MigrationStep[];
}
