import type { EntityModel, FieldModel } from "../service-model.ts";
import { samplePatternText } from "./counted-pattern.ts";

export type SampleValue = string | number | boolean | readonly string[] | { readonly [key: string]: string };

/** How far a field stands from the smallest in the comparisons of its entity, so that samples keep the order. */
export function comparisonDepth(entity: EntityModel, name: string, seen: readonly string[] = []): number {
  if (seen.includes(name)) return 0;
  const smaller = entity.comparisons
    .filter((comparison) => comparison.field === name)
    .map((comparison) => comparison.other);
  return smaller.length === 0
    ? 0
    : 1 + Math.max(...smaller.map((other) => comparisonDepth(entity, other, [...seen, name])));
}

/** A valid value; another serial gives another value wherever the field has room for it. Undefined when none is known. */
export function sampleField(entity: EntityModel, field: FieldModel, serial: number): SampleValue | undefined {
  const depth = comparisonDepth(entity, field.name);
  switch (field.type) {
    case "boolean":
      return true;
    case "enum":
      return field.values?.[serial % Math.max(1, field.values.length)];
    case "integer":
    case "number":
      return sampleNumber(field, serial, depth);
    case "date":
      return addDays(baseDate(field), serial + depth);
    case "datetime":
      return `${addDays(baseDate(field), serial)}T${String(8 + depth).padStart(2, "0")}:00:00Z`;
    case "time":
      return `${String(8 + depth).padStart(2, "0")}:${String(serial % 60).padStart(2, "0")}`;
    case "uuid":
      return `00000000-0000-4000-8000-${String(serial).padStart(12, "0")}`;
    case "email":
      return `person.${serial}@example.com`;
    case "url":
      return `https://example.com/${serial}`;
    case "strings":
      return [
        "alpha",
        `item ${serial}`,
        ...Array.from({ length: Math.max(0, (field.minLength ?? 0) - 2) }, (_, index) => `more ${index}`),
      ].slice(0, field.maxLength ?? 99);
    case "json":
      return { note: `sample ${serial}` };
    default:
      return field.pattern === undefined ? sampleText(field, serial) : samplePatternText(field.pattern, serial);
  }
}

function sampleText(field: FieldModel, serial: number): string {
  const { minLength = 0, maxLength = 1000 } = field;
  const words = field.name
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  const full = `${words} ${serial}`;
  const text = full.length <= maxLength ? full : `${serial}`.padStart(Math.min(maxLength, 4), "a").slice(-maxLength);
  return text.padEnd(Math.min(minLength, maxLength), "x");
}

function sampleNumber(field: FieldModel, serial: number, depth: number): number {
  const whole = field.type === "integer";
  const step = whole ? 1 : 0.5;
  const low = field.min ?? (field.above === undefined ? undefined : field.above + (whole ? 1 : 0.01));
  const high = field.max ?? (field.below === undefined ? undefined : field.below - (whole ? 1 : 0.01));
  const start = low ?? (high === undefined ? 1 : Math.min(1, high - 50));
  const room = high === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor((high - start) / step));
  const offset =
    room === Number.POSITIVE_INFINITY ? (serial + depth) * step : ((serial % Math.max(1, room)) + depth) * step;
  const value = Math.min(start + offset, high ?? Number.POSITIVE_INFINITY);
  return whole ? Math.round(value) : Math.round(value * 100) / 100;
}

function baseDate(field: FieldModel): string {
  if (field.when === "past" || field.when === "notFuture") return "2020-01-10";
  return field.when === undefined ? "2030-01-10" : "2080-01-10";
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export interface WrongSample {
  value: SampleValue | null | readonly number[];
  /** Completes "refuses a title that …". */
  words: string;
}

/** Values that break one rule of the field each. */
export function wrongSamples(field: FieldModel): WrongSample[] {
  const found: WrongSample[] = [];
  const add = (value: WrongSample["value"], words: string) => found.push({ value, words });
  if (field.required && field.default === undefined && field.automatic === undefined) add(null, "is null");
  if (field.reference !== undefined) {
    if (field.type === "uuid") add("not-an-id", "is no UUID");
    return found;
  }
  const text = field.type === "string" || field.type === "text";
  if (text) add(42, "is a number");
  if (text && (field.minLength ?? 0) > 0) add("x".repeat((field.minLength ?? 1) - 1), "is too short");
  if (text && field.maxLength !== undefined && field.maxLength < 20_000)
    add("x".repeat(field.maxLength + 1), "is too long");
  if (text && field.pattern !== undefined && !new RegExp(field.pattern, "u").test("§ no match §"))
    add("§ no match §", "has the wrong form");
  if (field.type === "integer") add(1.5, "is no integer");
  if (field.type === "number") add("ten", "is no number");
  if (field.min !== undefined) add(field.min - 1, "is too small");
  if (field.max !== undefined) add(field.max + 1, "is too large");
  if (field.above !== undefined) add(field.above, "is not large enough");
  if (field.below !== undefined) add(field.below, "is not small enough");
  if (field.type === "boolean") add("yes", "is no boolean");
  if (field.type === "date") add("2030-02-30", "is no date");
  if (field.type === "datetime") add("tomorrow", "is no date and time");
  if (field.type === "time") add("25:00", "is no time");
  if (field.type === "uuid") add("not-an-id", "is no UUID");
  if (field.type === "email") add("nobody", "is no e-mail address");
  if (field.type === "url") add("example", "is no URL");
  if (field.type === "enum") add("no-such-value", "is not in the list");
  if (field.type === "strings") add([1], "is no list of strings");
  if (field.when === "past" || field.when === "notFuture")
    add(field.type === "date" ? "2999-01-01" : "2999-01-01T00:00:00Z", "is in the future");
  if (field.when === "future" || field.when === "notPast")
    add(field.type === "date" ? "2001-01-01" : "2001-01-01T00:00:00Z", "is in the past");
  return found;
}
