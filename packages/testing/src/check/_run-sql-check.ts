import { isAbsolute, join } from "node:path";
import { CcbError, type Observation, type SqlCheck, type SqlQuery } from "@ccb/core";
import { assertJson } from "./_assert-json.ts";
import { fillJson, fillText } from "./_fill-variables.ts";
import { findFile } from "./_find-file.ts";
import { failedObservation, show } from "./_look.ts";
import { type QueryAnswer, queryPostgres, querySqlite } from "./_query-database.ts";
import { type ServiceInUse, withService } from "./_with-service.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

/** Milliseconds for one query. */
const queryTimeoutMs = 10_000;

/** Looks into the database; where there is a service, while it runs and after its requests. */
export async function runSqlCheck(check: SqlCheck, place: CheckPlace): Promise<Look> {
  const { service, requests } = check;
  if (!service) {
    if (requests) throw new CcbError({ code: "bad-input", message: "The check has requests but no service." });
    return { observations: await observeQueries(check, place), output: "" };
  }
  return withService({ service, requests }, { place, use: (running) => observeQueries(check, place, running) });
}

async function observeQueries(check: SqlCheck, place: CheckPlace, service?: ServiceInUse): Promise<Observation[]> {
  const target = await findDatabase(check, place, service);
  if ("problem" in target) return [failedObservation("the database", target.expected, target.problem)];
  const observations: Observation[] = [];
  for (const [index, query] of check.queries.entries()) {
    const name = `query ${index + 1}${query.name ? ` (${query.name})` : ""}`;
    const parameters = fillJson(query.parameters ?? [], service?.variables ?? new Map());
    if ("missing" in parameters) {
      observations.push(
        failedObservation(name, "a value for every placeholder", `nothing saved as "${parameters.missing}"`),
      );
      continue;
    }
    const request = { sql: query.sql, parameters: parameters.value as unknown[], timeoutMs: queryTimeoutMs };
    const answer =
      "file" in target ? await querySqlite(target.file, request) : await queryPostgres(target.url, request);
    place.signal?.throwIfAborted();
    observations.push(...observeAnswer(query, answer, name));
  }
  return observations;
}

type Target = { file: string } | { url: string } | { problem: string; expected: string };

async function findDatabase(check: SqlCheck, place: CheckPlace, service?: ServiceInUse): Promise<Target> {
  const { database } = check;
  if (database.engine === "postgres") {
    const url = fillText(database.url, new Map(Object.entries(place.env ?? {})));
    if ("value" in url) return { url: url.value };
    return { expected: "a variable for every placeholder", problem: `the environment has no ${url.missing}` };
  }
  const inFolder = /^\{\{\s*tmp\s*\}\}\/(.+)$/.exec(database.file)?.[1];
  if (inFolder !== undefined && !service?.running.folder) {
    return { expected: "a service with {{tmp}} in its env", problem: `${database.file} without one` };
  }
  const root = inFolder === undefined ? place.cwd : (service?.running.folder ?? place.cwd);
  const path = inFolder ?? database.file;
  const found = await findFile(path, root);
  if (found.kind === "there") return { file: found.path };
  if (found.kind === "outside") return { expected: "a file inside the project directory", problem: found.where };
  const where = isAbsolute(path) ? path : join(inFolder === undefined ? "." : "{{tmp}}", path);
  return { expected: "a database file", problem: `no file ${where}` };
}

function observeAnswer({ expect, sql }: SqlQuery, answer: QueryAnswer, name: string): Observation[] {
  if ("failure" in answer) return [failedObservation(`${name}: ${show(sql)}`, "an answer", answer.failure)];
  const { rows } = answer;
  const observations = (expect.json ?? []).map((assertion) => assertJson(rows, assertion, name));
  if (expect.rows !== undefined || observations.length === 0) {
    const expected = expect.rows === undefined ? "an answer" : `${expect.rows} rows`;
    const passed = expect.rows === undefined || rows.length === expect.rows;
    observations.unshift({ passed, what: `${name}: rows`, expected, received: `${rows.length} rows ${show(rows)}` });
  }
  return observations;
}
