import { CcbError, findModel, type ModelPrices } from "@ccb/core";
import type { PriceOverride, PriceOverrides } from "./price-table.ts";

type Fields = Record<string, unknown>;

const priceNames = ["input", "output", "cacheWrite5m", "cacheWrite1h", "cacheRead", "webSearch"] as const;

/**
 * A user's own prices from the content of a YAML or JSON file: `{ models: [{ model, since?, input, output, …, longPrompt? }], unknownModel? }`.
 *
 * Throws a CcbError `bad-input` that names the place: a misspelled price must not become a price of nothing.
 */
export function parsePriceOverrides(value: unknown): PriceOverrides {
  const file = asFields(value, "the file");
  allowOnly(file, ["models", "unknownModel"], "the file");
  const { models = [], unknownModel } = file;
  if (!Array.isArray(models)) throw bad("models", "a list", models);
  return {
    models: models.map((entry, index) => parseOverride(entry, `models[${index}]`)),
    ...(unknownModel === undefined ? {} : { unknownModel: parsePrices(unknownModel, "unknownModel") }),
  };
}

function parseOverride(value: unknown, place: string): PriceOverride {
  const { model, since, longPrompt, ...prices } = asFields(value, place);
  if (typeof model !== "string" || model === "") throw bad(`${place}.model`, "the id of a model", model);
  const day = since instanceof Date ? since.toISOString().slice(0, 10) : since;
  if (day !== undefined && (typeof day !== "string" || !/^\d{4}-\d\d-\d\d$/.test(day))) {
    throw bad(`${place}.since`, 'a day as "YYYY-MM-DD"', day);
  }
  const given = parsePrices(prices, place);
  if (!findModel(model) && (given.input === undefined || given.output === undefined)) {
    throw bad(place, `prices for input and output, since ${model} has no list price`, value);
  }
  return {
    model,
    ...given,
    ...(day === undefined ? {} : { since: day }),
    ...(longPrompt === undefined ? {} : { longPrompt: parseLongPrompt(longPrompt, `${place}.longPrompt`) }),
  };
}

function parseLongPrompt(value: unknown, place: string): NonNullable<PriceOverride["longPrompt"]> {
  const { abovePromptTokens, ...prices } = asFields(value, place);
  if (typeof abovePromptTokens !== "number" || !(abovePromptTokens > 0)) {
    throw bad(`${place}.abovePromptTokens`, "a number of tokens above 0", abovePromptTokens);
  }
  return { abovePromptTokens, ...parsePrices(prices, place) };
}

function parsePrices(value: unknown, place: string): Partial<ModelPrices> {
  const fields = asFields(value, place);
  allowOnly(fields, priceNames, place);
  const prices: Partial<ModelPrices> = {};
  for (const name of priceNames) {
    const price = fields[name];
    if (price === undefined) continue;
    if (typeof price !== "number" || !Number.isFinite(price) || price < 0) {
      throw bad(`${place}.${name}`, "US dollars, 0 or more", price);
    }
    prices[name] = price;
  }
  return prices;
}

function allowOnly(fields: Fields, names: readonly string[], place: string): void {
  const other = Object.keys(fields).find((name) => !names.includes(name));
  if (other !== undefined) throw bad(place, `only ${names.join(", ")}`, other);
}

function asFields(value: unknown, place: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw bad(place, "a mapping", value);
}

function bad(place: string, expected: string, received: unknown): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `Prices: ${place} must be ${expected}; received ${JSON.stringify(received) ?? "nothing"}.`,
    hint: "US dollars per million tokens, webSearch per request. Example: { models: [{ model: kimi-k2, input: 0.6, output: 2.5, cacheRead: 0.15 }] }",
  });
}
