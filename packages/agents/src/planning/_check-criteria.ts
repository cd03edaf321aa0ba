import type { Check, Criterion, HttpStep, PhaseCriteria, SecurityCheck, SqlCheck } from "@ccb/core";

/** How a criterion that no machine can check says so, in `validationMethod`. */
export const manualPrefix = "manual:";

/** What is wrong with the criteria of a phase, beyond their schema, as sentences a model can act on. */
export function listCriteriaProblems(answer: PhaseCriteria, requirementIds: readonly string[]): string[] {
  const known = new Set(requirementIds);
  const named = new Set(answer.criteria.flatMap((criterion) => criterion.requirementIds));
  const ids = answer.criteria.map((criterion) => criterion.id);
  return [
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `The criterion id "${id}" is used twice.`),
    ...requirementIds.filter((id) => !named.has(id)).map((id) => `Requirement "${id}" is named by no criterion.`),
    ...[...named].filter((id) => !known.has(id)).map((id) => `"${id}" is not a requirement of this phase.`),
    ...answer.criteria.flatMap((criterion) =>
      listOwnProblems(criterion).map((problem) => `Criterion "${criterion.id}": ${problem}`),
    ),
  ];
}

function listOwnProblems(criterion: Criterion): string[] {
  if (criterion.check === null) {
    const why = criterion.validationMethod.trim();
    const isExplained = why.toLowerCase().startsWith(manualPrefix) && why.length >= manualPrefix.length + 12;
    if (isExplained) return [];
    return [
      `it has no check; give it one, or start validationMethod with "${manualPrefix}" and say why no machine can check it.`,
    ];
  }
  return [...listRegexProblems(criterion.check), ...listCheckProblems(criterion.check)];
}

function listCheckProblems(check: Check): string[] {
  if (check.kind === "file" || (check.kind === "sql" && check.database.engine === "sqlite")) {
    const path = check.kind === "file" ? check.path : databaseFile(check);
    if (path.startsWith("/") || path.split("/").includes("..")) {
      return [`the file "${path}" is not a path inside the project directory.`];
    }
  }
  if (check.kind === "sql" && check.requests && !check.service)
    return ["it has requests but no service to send them to."];
  if (check.kind === "security") return [...listVariableProblems(check), ...listProbeProblems(check)];
  return listVariableProblems(check);
}

function databaseFile({ database }: SqlCheck): string {
  return database.engine === "sqlite" ? database.file : "";
}

function listProbeProblems({ probes = [] }: SecurityCheck): string[] {
  return probes.flatMap(({ path, headers, body }, index) =>
    JSON.stringify([path, headers ?? {}, body ?? null]).includes("{{probe}}")
      ? []
      : [`probe ${index + 1} has no {{probe}} in path, header or body.`],
  );
}

function listRegexProblems(check: Check): string[] {
  return listRegexes(check).flatMap((source) => {
    try {
      new RegExp(source);
      return [];
    } catch (error) {
      return [
        `the regular expression ${JSON.stringify(source)} does not compile: ${error instanceof Error ? error.message : error}.`,
      ];
    }
  });
}

function listRegexes(check: Check): string[] {
  if (check.kind === "command" || check.kind === "script") {
    return check.expect.stdoutMatches === undefined ? [] : [check.expect.stdoutMatches];
  }
  if (check.kind === "file") return check.expect.matches === undefined ? [] : [check.expect.matches];
  const expectations = [...listSteps(check), ...(check.kind === "sql" ? check.queries : [])];
  return expectations.flatMap(({ expect }) =>
    (expect.json ?? []).flatMap(({ op, value }) => (op === "matches" ? [String(value)] : [])),
  );
}

/** The requests of a check that are sent in order and may save values. */
function listSteps(check: Check): HttpStep[] {
  switch (check.kind) {
    case "http":
    case "sql":
    case "browser":
      return check.requests ?? [];
    case "load":
    case "security":
      return check.setup ?? [];
    default:
      return [];
  }
}

function listVariableProblems(check: Check): string[] {
  const saved = new Set<string>();
  const problems: string[] = [];
  listSteps(check).forEach((request, index) => {
    const used = JSON.stringify([request.path, request.headers ?? {}, request.body ?? null]).matchAll(
      /\{\{\s*([\w.-]+)\s*\}\}/g,
    );
    for (const [, name = ""] of used) {
      if (!saved.has(name)) problems.push(`request ${index + 1} uses {{${name}}}, which no earlier request saves.`);
    }
    for (const name of Object.keys(request.save ?? {})) saved.add(name);
  });
  return problems;
}
