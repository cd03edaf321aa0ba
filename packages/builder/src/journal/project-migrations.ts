import { costMigrations } from "@ccb/cost";
import type { MigrationSet } from "@ccb/store";
import { sessionMigrations } from "../sessions/session-migrations.ts";
import { journalMigrations } from "./journal-migrations.ts";

/** All tables of a project's database. */
export const projectMigrations: readonly MigrationSet[] = [journalMigrations, costMigrations, sessionMigrations];
