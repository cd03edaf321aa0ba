import type { FieldModel } from "../service-model.ts";

type Limits = Partial<FieldModel>;

const numberText = String.raw`(-?\d[\d_,]*(?:\.\d+)?)`;
const unitText = `(?:characters?|chars?|letters?|symbols?|code points|long|in length)`;
const itemText = `(?:items?|entries|elements|values|tags|labels)`;
const rangePattern = new RegExp(`${numberText}\\s*(?:-|–|—|to|and|\\.\\.\\.?|…)\\s*${numberText}`, "i");
const upperPattern = new RegExp(
  `(?:max(?:imum)?\\.?(?:[ _-]?(?:length|value|items))?|at most|up to|no more than|not more than|no longer than|not longer than|less than or equal to|<=|≤)\\s*(?:of|is|:|=)?\\s*${numberText}`,
  "i",
);
const lowerPattern = new RegExp(
  `(?:min(?:imum)?\\.?(?:[ _-]?(?:length|value|items))?|at least|no less than|not less than|from|greater than or equal to|>=|≥)\\s*(?:of|is|:|=)?\\s*${numberText}`,
  "i",
);
const abovePattern = new RegExp(`(?:greater than|more than|above|>)\\s*${numberText}`, "i");
const belowPattern = new RegExp(`(?:less than|below|under|<)\\s*${numberText}`, "i");
const exactPattern = new RegExp(`(?:exactly\\s*)?(\\d+)\\s*(?:${unitText}|digits)`, "i");

/** Reads limits of a field from words: lengths for texts, sizes for lists, values for numbers. */
export function parseFieldLimits(text: string, type: FieldModel["type"]): Limits {
  if (type === "integer" || type === "number") return numberLimits(text);
  if (type === "string" || type === "text" || type === "email" || type === "url") return lengthLimits(text, unitText);
  if (type === "strings") return lengthLimits(text, itemText);
  return {};
}

function numberLimits(text: string): Limits {
  const limits: Limits = {};
  const range = rangePattern.exec(text);
  const upper = upperPattern.exec(text);
  const lower = lowerPattern.exec(text);
  const above = abovePattern.exec(text);
  const below = belowPattern.exec(text);
  if (range !== null) Object.assign(limits, { min: toNumber(range[1]), max: toNumber(range[2]) });
  else {
    if (lower !== null) limits.min = toNumber(lower[1]);
    if (upper !== null) limits.max = toNumber(upper[1]);
    if (lower === null && above !== null) limits.above = toNumber(above[1]);
    if (upper === null && below !== null) limits.below = toNumber(below[1]);
  }
  if (/\bnon[- ]?negative\b|\bnot negative\b|\bzero or (?:more|greater)\b/i.test(text)) limits.min ??= 0;
  else if (/\bpositive\b/i.test(text)) limits.above ??= 0;
  if (limits.min !== undefined && limits.above === 0 && limits.min > 0) delete limits.above;
  return limits;
}

function lengthLimits(text: string, unit: string): Limits {
  const limits: Limits = {};
  const bracket =
    /^\s*`?(?:var)?(?:char|string|text)\w*\s*[([]\s*(?:(\d+)\s*(?:-|–|\.\.|,|to)\s*)?(?:≤|<=|max\.?\s*)?\s*(\d+)\s*[)\]]/i.exec(
      text,
    );
  if (bracket !== null) {
    if (bracket[1] !== undefined) limits.minLength = Number(bracket[1]);
    limits.maxLength = Number(bracket[2]);
    return limits;
  }
  const range = rangePattern.exec(text);
  const upper = upperPattern.exec(text);
  const lower = lowerPattern.exec(text);
  const exact = new RegExp(exactPattern.source.replace(unitText, unit), "i").exec(text);
  if (range !== null) Object.assign(limits, { minLength: toNumber(range[1]), maxLength: toNumber(range[2]) });
  else {
    if (lower !== null) limits.minLength = toNumber(lower[1]);
    if (upper !== null) limits.maxLength = toNumber(upper[1]);
    if (lower === null && upper === null && exact !== null) {
      limits.minLength = toNumber(exact[1]);
      limits.maxLength = toNumber(exact[1]);
    }
  }
  if (/\bnon[- ]?(?:empty|blank)\b|\bnot (?:be )?(?:empty|blank)\b/i.test(text)) limits.minLength ??= 1;
  return limits;
}

function toNumber(text: string | undefined): number {
  return Number((text ?? "0").replaceAll(/[_,]/g, ""));
}
