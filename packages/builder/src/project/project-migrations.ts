import { costMigrations } from "@ccb/cost";
import type { MigrationSet } from "@ccb/store";
import { journalMigrations } from "./journal.ts";

/** All tables of a project's database, in the order in which they are made. */
export const projectMigrations: readonly MigrationSet[] = [journalMigrations, costMigrations];
