/** Checks that use the service under test in other ways than by single requests. */
export type { BrowserCheck, BrowserStep } from "./browser-check.ts";
export type { LoadCheck } from "./load-check.ts";
export type { SqlCheck, SqlQuery } from "./sql-check.ts";
