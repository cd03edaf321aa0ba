import { asList, asRecord } from "../_json.ts";
import { addDescribedLimits } from "./_described-limits.ts";
import { fillNumber, fillString } from "./_fill-scalar.ts";

/** What a filled text says, and how deep the schema is followed before optional parts are left out. */
interface FillContext {
  root: Record<string, unknown>;
  say: string;
  depth: number;
}

const deepest = 40;

/**
 * The smallest value that a JSON schema accepts: required properties only, the first value of an enum, the least number, the fewest items.
 * Texts say `say`, cut or lengthened to the limits the schema sets. Supports the keywords that structured output does.
 */
export function fillSchema(schema: unknown, say: string): unknown {
  return fill(schema, { root: asRecord(schema), say, depth: 0 });
}

function fill(schema: unknown, context: FillContext): unknown {
  const wanted = addDescribedLimits(asRecord(schema));
  if (context.depth > deepest) return null;
  const inner = { ...context, depth: context.depth + 1 };
  if ("const" in wanted) return wanted.const;
  if (asList(wanted.enum).length > 0) return asList(wanted.enum)[0];
  if (typeof wanted.$ref === "string") return fill(resolve(wanted.$ref, context.root), inner);
  const alternatives = [...asList(wanted.anyOf), ...asList(wanted.oneOf)];
  if (alternatives.length > 0) return fill(plainest(alternatives, context.root), inner);
  if (asList(wanted.allOf).length > 0) return fill(merge(wanted, context.root), inner);
  return fillType(wanted, inner);
}

function fillType(wanted: Record<string, unknown>, context: FillContext): unknown {
  switch (typeOf(wanted)) {
    case "object":
      return fillObject(wanted, context);
    case "array":
      return fillArray(wanted, context);
    case "integer":
    case "number":
      return fillNumber(wanted);
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return fillString(wanted, context.say);
  }
}

function typeOf(wanted: Record<string, unknown>): string {
  const types = Array.isArray(wanted.type) ? wanted.type.filter((type) => type !== "null") : [wanted.type];
  if (typeof types[0] === "string") return types[0];
  if (Array.isArray(wanted.type)) return "null";
  if ("properties" in wanted || "required" in wanted) return "object";
  if ("items" in wanted || "prefixItems" in wanted) return "array";
  return "minimum" in wanted || "maximum" in wanted ? "number" : "string";
}

function fillObject(wanted: Record<string, unknown>, context: FillContext): Record<string, unknown> {
  const properties = asRecord(wanted.properties);
  const result: Record<string, unknown> = {};
  for (const name of asList(wanted.required)) {
    if (typeof name === "string") result[name] = fill(properties[name] ?? wanted.additionalProperties ?? {}, context);
  }
  return result;
}

function fillArray(wanted: Record<string, unknown>, context: FillContext): unknown[] {
  const first = asList(wanted.prefixItems).map((item) => fill(item, context));
  const least = typeof wanted.minItems === "number" ? wanted.minItems : 0;
  while (first.length < least) {
    const say = wanted.uniqueItems === true ? `${first.length + 1}. ${context.say}` : context.say;
    first.push(fill(wanted.items, { ...context, say }));
  }
  return first;
}

/** A reference into the schema itself ("#/$defs/name"); anything else accepts anything. */
function resolve(reference: string, root: Record<string, unknown>): unknown {
  if (!reference.startsWith("#")) return {};
  return reference
    .slice(1)
    .split("/")
    .filter((part) => part !== "")
    .reduce<unknown>((at, part) => {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      return Array.isArray(at) ? at[Number(key)] : asRecord(at)[key];
    }, root);
}

/** An alternative that needs no reference ends soonest, null before all; so recursive schemas end. */
function plainest(alternatives: unknown[], root: Record<string, unknown>): unknown {
  const weight = (schema: unknown): number => {
    const wanted = asRecord(schema);
    if (wanted.type === "null") return 0;
    if (typeof wanted.$ref === "string") return asRecord(resolve(wanted.$ref, root)).type === "object" ? 3 : 2;
    return wanted.type === "object" || wanted.type === "array" ? 2 : 1;
  };
  return alternatives.reduce((best, candidate) => (weight(candidate) < weight(best) ? candidate : best));
}

function merge(wanted: Record<string, unknown>, root: Record<string, unknown>): Record<string, unknown> {
  const { allOf, ...rest } = wanted;
  const parts = asList(allOf).map((part) => {
    const { $ref } = asRecord(part);
    return typeof $ref === "string" ? asRecord(resolve($ref, root)) : asRecord(part);
  });
  const properties: Record<string, unknown> = {};
  const required = new Set<unknown>();
  for (const part of [...parts, rest]) {
    Object.assign(properties, asRecord(part.properties));
    for (const name of asList(part.required)) required.add(name);
  }
  return Object.assign({}, ...parts, rest, { properties, required: [...required] });
}
