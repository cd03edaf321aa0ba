/** The part of JSON Schema that test data is made from. */
export interface DataSchema {
  type?: string | string[];
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly DataSchema[];
  oneOf?: readonly DataSchema[];
  properties?: Readonly<Record<string, DataSchema>>;
  required?: readonly string[];
  items?: DataSchema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  format?: string;
}

/** Gives numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Values that a JSON Schema allows, the same ones for the same seed: types, bounds, enum, const, formats (date, date-time, time, email, uri, uuid, ipv4), optional members sometimes left out, anyOf and oneOf by
 * their branches. `pattern`, `allOf`, `not` and references are not looked at. Pure.
 */
export function generateData(schema: DataSchema, options: { count: number; seed?: number }): unknown[] {
  const random = createRandom(options.seed ?? 1);
  return Array.from({ length: options.count }, () => generateValue(schema, random));
}

/** One value that the schema allows. */
export function generateValue(schema: DataSchema, random: () => number): unknown {
  if ("const" in schema) return schema.const;
  if (schema.enum) return pick(schema.enum, random);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches && branches.length > 0) return generateValue(pick(branches, random) ?? {}, random);
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? [guessType(schema)]);
  switch (pick(types, random)) {
    case "null":
      return null;
    case "boolean":
      return random() < 0.5;
    case "integer":
      return generateNumber(schema, random, 1);
    case "number":
      return generateNumber(schema, random, 0.01);
    case "array": {
      const least = schema.minItems ?? 0;
      const length = whole(least, schema.maxItems ?? least + 3, random);
      return Array.from({ length }, () => generateValue(schema.items ?? { type: "string" }, random));
    }
    case "object":
      return generateObject(schema, random);
    default:
      return generateText(schema, random);
  }
}

function guessType(schema: DataSchema): string {
  if (schema.properties) return "object";
  if (schema.items) return "array";
  return schema.minimum === undefined && schema.maximum === undefined ? "string" : "number";
}

function generateObject({ properties = {}, required = [] }: DataSchema, random: () => number): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [name, member] of Object.entries(properties)) {
    if (required.includes(name) || random() < 0.7) entries.push([name, generateValue(member, random)]);
  }
  return Object.fromEntries(entries);
}

/** A multiple of the step within the bounds. */
function generateNumber(schema: DataSchema, random: () => number, defaultStep: number): number {
  const step = schema.multipleOf ?? defaultStep;
  const exclusiveLow = schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + step / 2;
  const exclusiveHigh = schema.exclusiveMaximum === undefined ? undefined : schema.exclusiveMaximum - step / 2;
  const low = Math.max(schema.minimum ?? Number.NEGATIVE_INFINITY, exclusiveLow ?? Number.NEGATIVE_INFINITY);
  const high = Math.min(schema.maximum ?? Number.POSITIVE_INFINITY, exclusiveHigh ?? Number.POSITIVE_INFINITY);
  const from = Number.isFinite(low) ? low : Math.min(0, Number.isFinite(high) ? high - 1_000 : 0);
  const to = Number.isFinite(high) ? high : from + 1_000;
  const steps = whole(Math.ceil(from / step), Math.max(Math.ceil(from / step), Math.floor(to / step)), random);
  return Number((steps * step).toFixed(6));
}

const words = [
  "amber",
  "birch",
  "cedar",
  "delta",
  "ember",
  "fjord",
  "grove",
  "harbor",
  "iris",
  "juniper",
  "kestrel",
  "lumen",
];

function generateText({ format, minLength = 0, maxLength }: DataSchema, random: () => number): string {
  const word = () => pick(words, random) ?? "amber";
  const hex = (length: number) => Array.from({ length }, () => whole(0, 15, random).toString(16)).join("");
  const day = new Date(
    Date.UTC(2000, 0, 1) + whole(0, 40 * 365, random) * 86_400_000 + whole(0, 86_399, random) * 1_000,
  );
  switch (format) {
    case "date":
      return day.toISOString().slice(0, 10);
    case "date-time":
      return day.toISOString();
    case "time":
      return day.toISOString().slice(11, 19);
    case "email":
      return `${word()}.${whole(1, 99_999, random)}@example.com`;
    case "uri":
    case "url":
      return `https://example.com/${word()}/${whole(1, 99_999, random)}`;
    case "uuid":
      return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
    case "ipv4":
      return `192.0.2.${whole(1, 254, random)}`;
    default: {
      const most = maxLength ?? Math.max(minLength, 24);
      let text = `${word()} ${word()} ${whole(1, 9_999, random)}`;
      while (text.length < minLength) text += ` ${word()}`;
      return text.slice(0, most);
    }
  }
}

function pick<T>(items: readonly T[], random: () => number): T | undefined {
  return items[Math.floor(random() * items.length)];
}

function whole(low: number, high: number, random: () => number): number {
  return low + Math.floor(random() * (high - low + 1));
}
