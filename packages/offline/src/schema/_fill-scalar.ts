import { samplePattern } from "../service/sample/sample-pattern.ts";

const formats: Record<string, string> = {
  date: "2000-01-01",
  time: "00:00:00Z",
  "date-time": "2000-01-01T00:00:00Z",
  duration: "P1D",
  email: "offline@example.org",
  hostname: "example.org",
  ipv4: "127.0.0.1",
  ipv6: "::1",
  uri: "https://example.org/",
  url: "https://example.org/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

/** A text within the schema's limits: its format or pattern where it has one, else what there is to say. */
export function fillString(wanted: Record<string, unknown>, say: string): string {
  const format = typeof wanted.format === "string" ? formats[wanted.format] : undefined;
  if (format !== undefined) return format;
  const least = typeof wanted.minLength === "number" ? wanted.minLength : 0;
  const most = typeof wanted.maxLength === "number" ? wanted.maxLength : Number.POSITIVE_INFINITY;
  const text = say.length > most ? say.slice(0, most) : say.padEnd(least, ".");
  if (typeof wanted.pattern !== "string") return text;
  const pattern = compile(wanted.pattern);
  const candidates = [text, samplePattern(wanted.pattern, 0) ?? "", "offline", "0", "1", "A1"];
  return candidates.find((candidate) => pattern?.test(candidate) && candidate.length >= least) ?? text;
}

/** The least number that the schema accepts, 0 where it may be. */
export function fillNumber(wanted: Record<string, unknown>): number {
  const step = positive(wanted.multipleOf) ?? (wanted.type === "integer" ? 1 : undefined);
  const least = lowerBound(wanted, step);
  const most = upperBound(wanted, step);
  const value = Math.min(Math.max(0, least), most);
  if (step === undefined) return value;
  const up = Math.ceil(value / step) * step;
  return up <= most ? up : Math.floor(value / step) * step;
}

function lowerBound(wanted: Record<string, unknown>, step: number | undefined): number {
  const least = typeof wanted.minimum === "number" ? wanted.minimum : Number.NEGATIVE_INFINITY;
  if (typeof wanted.exclusiveMinimum !== "number") return least;
  return Math.max(least, wanted.exclusiveMinimum + (step ?? gap(wanted)));
}

function upperBound(wanted: Record<string, unknown>, step: number | undefined): number {
  const most = typeof wanted.maximum === "number" ? wanted.maximum : Number.POSITIVE_INFINITY;
  if (typeof wanted.exclusiveMaximum !== "number") return most;
  return Math.min(most, wanted.exclusiveMaximum - (step ?? gap(wanted)));
}

/** A distance that stays inside two open bounds. */
function gap(wanted: Record<string, unknown>): number {
  const { exclusiveMinimum: low, exclusiveMaximum: high } = wanted;
  return typeof low === "number" && typeof high === "number" ? (high - low) / 2 : 1;
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "u");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
