import type { Check, Criterion, HttpCheck, PhaseCriteria } from "@ccb/core";

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
  if (check.kind === "http") return listVariableProblems(check);
  if (check.kind === "file" && (check.path.startsWith("/") || check.path.split("/").includes(".."))) {
    return [`the file "${check.path}" is not a path inside the project directory.`];
  }
  return [];
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
  if (check.kind === "command") return check.expect.stdoutMatches === undefined ? [] : [check.expect.stdoutMatches];
  if (check.kind === "file") return check.expect.matches === undefined ? [] : [check.expect.matches];
  return check.requests.flatMap((request) =>
    (request.expect.json ?? []).flatMap(({ op, value }) => (op === "matches" ? [String(value)] : [])),
  );
}

function listVariableProblems(check: HttpCheck): string[] {
  const saved = new Set<string>();
  const problems: string[] = [];
  check.requests.forEach((request, index) => {
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
