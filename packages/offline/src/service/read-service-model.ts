import { parseServiceModel } from "./parse-service-model.ts";
import type { ServiceModel } from "./service-model.ts";

/** Characters of specification whose models are remembered. */
const mostCharacters = 8_000_000;

const known = new Map<string, ServiceModel>();
let characters = 0;

/**
 * The service that a specification describes, as `parseServiceModel` reads it. The models read last are kept: a build asks for that of one
 * text when it analyses, plans and accepts it. Nobody may change a model.
 */
export function readServiceModel(text: string): ServiceModel {
  const found = known.get(text);
  known.delete(text);
  const model = found ?? parseServiceModel(text);
  known.set(text, model);
  if (!found) characters += text.length;
  for (const oldest of known.keys()) {
    if (characters <= mostCharacters || known.size === 1) break;
    known.delete(oldest);
    characters -= oldest.length;
  }
  return model;
}
