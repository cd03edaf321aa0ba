import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CcbError } from "@ccb/core";
import { createPriceTable, type PriceTable, parsePriceOverrides } from "@ccb/cost";
import { parse } from "yaml";

/** The price table with the user's own prices from a YAML or JSON file over the list. CcbError `bad-input` that names the file. */
export function readPrices(path: string | undefined, cwd: string): PriceTable {
  if (path === undefined) return createPriceTable();
  let text: string;
  try {
    text = readFileSync(resolve(cwd, path), "utf8");
  } catch (cause) {
    throw badFile(path, cause, "Give the path of a YAML or JSON file.");
  }
  try {
    return createPriceTable(parsePriceOverrides(parse(text)));
  } catch (cause) {
    const hint = CcbError.isInstance(cause) ? cause.hint : undefined;
    throw badFile(path, cause, hint ?? "It must be YAML or JSON.");
  }
}

function badFile(path: string, cause: unknown, hint: string): CcbError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CcbError({ code: "bad-input", message: `The price file ${path} cannot be used: ${why}`, hint, cause });
}
