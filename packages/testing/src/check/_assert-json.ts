import { isDeepStrictEqual } from "node:util";
import type { JsonAssertion, Observation } from "@ccb/core";
import { failedObservation, show } from "./_look.ts";
import { matchPattern } from "./_match-pattern.ts";

type Lookup = { found: true; value: unknown } | { found: false };

/** The value at a dotted path ("items.0.id"); "" is the whole document. Own members only. */
export function readJsonPath(document: unknown, path: string): Lookup {
  let value = document;
  for (const part of path === "" ? [] : path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return { found: false };
    if (Array.isArray(value) && !/^\d+$/.test(part)) return { found: false };
    value = (value as Record<string, unknown>)[part];
  }
  return { found: true, value };
}

/** One assertion on a JSON document. */
export function assertJson(document: unknown, assertion: JsonAssertion, place: string): Observation {
  const { path, op, value: wanted } = assertion;
  const what = `${place}: ${path === "" ? "the JSON answer" : `${path} in the JSON answer`}`;
  const lookup = readJsonPath(document, path);
  if (op === "absent") {
    return { passed: !lookup.found, what, expected: "absent", received: lookup.found ? show(lookup.value) : "absent" };
  }
  const expected = describe(assertion);
  if (!lookup.found) return { passed: false, what, expected, received: `absent in ${show(document)}` };
  const received = show(lookup.value);
  if (op === "exists") return { passed: true, what, expected, received };
  const problem = findOperandProblem(assertion);
  if (problem) return failedObservation(what, problem, show(wanted));
  if (op === "matches") {
    if (typeof lookup.value !== "string")
      return { passed: false, what, expected, received: `${received}, not a string` };
    return matchPattern({ what, pattern: String(wanted), text: lookup.value, flags: "" });
  }
  return { passed: holds(op, lookup.value, wanted), what, expected, received };
}

type ValueOp = Exclude<JsonAssertion["op"], "exists" | "absent" | "matches">;

function holds(op: ValueOp, value: unknown, wanted: unknown): boolean {
  switch (op) {
    case "equals":
      return isDeepStrictEqual(value, wanted);
    case "type":
      return typesOf(value).includes(String(wanted));
    case "length":
      return (Array.isArray(value) || typeof value === "string") && value.length === wanted;
    case "includes":
      if (typeof value === "string") return typeof wanted === "string" && value.includes(wanted);
      return Array.isArray(value) && value.some((element) => isElement(element, wanted));
    case "gte":
      return typeof value === "number" && value >= Number(wanted);
    case "lte":
      return typeof value === "number" && value <= Number(wanted);
  }
}

/** An element that equals what is wanted, or an object that has all its members. */
function isElement(element: unknown, wanted: unknown): boolean {
  if (isDeepStrictEqual(element, wanted)) return true;
  if (!isObject(element) || !isObject(wanted)) return false;
  return Object.entries(wanted).every(
    ([key, member]) => Object.hasOwn(element, key) && isDeepStrictEqual(element[key], member),
  );
}

const typeNames = ["string", "number", "integer", "boolean", "array", "object", "null"];

function typesOf(value: unknown): string[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  return Number.isInteger(value) ? ["number", "integer"] : [typeof value];
}

function findOperandProblem({ op, value }: JsonAssertion): string | undefined {
  const needsNumber = op === "length" || op === "gte" || op === "lte";
  if (needsNumber && typeof value !== "number") return `a check whose "${op}" has a number as its value`;
  if (op === "type" && !typeNames.includes(String(value)))
    return `a check whose type is one of ${typeNames.join(", ")}`;
  if (op === "matches" && typeof value !== "string") return "a check whose pattern is a string";
  if ((op === "equals" || op === "includes") && value === undefined) return `a check whose "${op}" has a value`;
  return undefined;
}

function describe({ op, value }: JsonAssertion): string {
  switch (op) {
    case "exists":
    case "absent":
      return op;
    case "type":
      return `type ${String(value)}`;
    case "equals":
      return show(value);
    case "gte":
      return `at least ${show(value)}`;
    case "lte":
      return `at most ${show(value)}`;
    default:
      return `${op} ${show(value)}`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
