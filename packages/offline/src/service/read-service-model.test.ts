import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseServiceModel } from "./parse-service-model.ts";
import { planServiceChecks } from "./plan-service-checks.ts";
import { planServiceParts } from "./plan-service-parts.ts";
import { readServiceModel } from "./read-service-model.ts";

const folder = fileURLToPath(new URL("../../../../examples/specs", import.meta.url));
const specs = readdirSync(folder).filter((name) => name.endsWith(".md"));

test.each(specs)("the model of %s is the one that is parsed, also after others used it", (name) => {
  const text = readFileSync(`${folder}/${name}`, "utf8");
  const first = readServiceModel(text);
  planServiceParts(first);
  planServiceChecks(first);
  expect(readServiceModel(text)).toBe(first);
  expect(first).toEqual(parseServiceModel(text));
});
