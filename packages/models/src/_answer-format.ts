import { z } from "zod";

/**
 * How the model is told the shape of its answer: `api` binds it through `output_config.format`; `prompt` shows the JSON Schema in the
 * system prompt, for shapes the API's grammar cannot hold.
 */
export type AnswerFormat = { by: "api" | "prompt"; jsonSchema: Record<string, unknown> };

/**
 * Plans how a schema is asked for. The API's grammar knows no recursion, and an object with free keys (a record) would be bound to be empty,
 * so shapes with either are asked for in the prompt. Zod checks the answer in both cases. Source: transform-json-schema of
 * `@anthropic-ai/sdk` 1.11.
 */
export function planAnswerFormat(schema: z.ZodType): AnswerFormat {
  const jsonSchema: Record<string, unknown> = { ...z.toJSONSchema(schema, { reused: "inline" }) };
  return { by: isBindable(jsonSchema, "") ? "api" : "prompt", jsonSchema };
}

/** True if the API refused the shape of the answer rather than the question. */
export function isFormatRefusal(message: string): boolean {
  return /output_config|output_format|json_schema|compiled grammar|schema is too complex/i.test(message);
}

function isBindable(node: unknown, key: string): boolean {
  if (Array.isArray(node)) return node.every((item) => isBindable(item, key));
  if (typeof node !== "object" || node === null) return true;
  const schema = node as Record<string, unknown>;
  if ("$ref" in schema || "$defs" in schema) return false;
  if (key !== "properties") {
    if (typeof schema.additionalProperties === "object" || schema.propertyNames !== undefined) return false;
    const isPlace = key === "items" || key === "anyOf" || key === "oneOf" || key === "property" || key === "";
    if (isPlace && !["type", "anyOf", "oneOf", "allOf", "enum", "const"].some((word) => word in schema)) return false;
  }
  return Object.entries(schema).every(([name, child]) => {
    if (key !== "properties" && ["enum", "const", "default", "examples", "required"].includes(name)) return true;
    return isBindable(child, key === "properties" ? "property" : name);
  });
}
