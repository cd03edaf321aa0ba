import { CcbError } from "@ccb/core";
import { z } from "zod";

/**
 * How the model is told the shape of its answer: `api` binds it through `output_config.format`; `prompt` shows the JSON Schema in the
 * system prompt, for shapes the API's grammar cannot hold.
 */
export type AnswerFormat = { by: "api" | "prompt"; jsonSchema: Record<string, unknown> };

/**
 * Plans how a schema is asked for. The API binds objects; its grammar knows no recursion, and an object with free keys (a record) would be bound to be empty,
 * so shapes with either are asked for in the prompt. Zod checks the answer in both cases. Source: `jsonSchemaOutputFormat` of
 * `@anthropic-ai/sdk` 1.11.
 */
export function planAnswerFormat(schema: z.ZodType): AnswerFormat {
  const jsonSchema = renderJsonSchema(schema);
  return { by: jsonSchema.type === "object" && isBindable(jsonSchema, "") ? "api" : "prompt", jsonSchema };
}

/** What the model writes is the schema's input: before defaults and transforms. */
function renderJsonSchema(schema: z.ZodType): Record<string, unknown> {
  try {
    const { $schema: _dialect, ...jsonSchema } = z.toJSONSchema(schema, { reused: "inline", io: "input" });
    return jsonSchema;
  } catch (error) {
    throw new CcbError({
      code: "usage",
      message: `The schema of an answer cannot be shown to a model: ${error instanceof Error ? error.message : error}.`,
      hint: "Use types that JSON has; a date, for example, is z.iso.date().",
      cause: error,
    });
  }
}

/** True if the API refused the shape of the answer rather than the question. */
export function isFormatRefusal(message: string): boolean {
  return /output_config|output_format|structured output|json_schema|compiled grammar|schema is too complex/i.test(
    message,
  );
}

/** `$ref` stands only for recursion here, since what is merely reused is inlined. */
const unbindableWords = ["$ref", "$defs", "prefixItems", "not", "patternProperties"];

function isBindable(node: unknown, key: string): boolean {
  if (Array.isArray(node)) return node.every((item) => isBindable(item, key));
  if (typeof node !== "object" || node === null) return true;
  const schema = node as Record<string, unknown>;
  if (key !== "properties") {
    if (unbindableWords.some((word) => word in schema)) return false;
    if (typeof schema.additionalProperties === "object" || schema.propertyNames !== undefined) return false;
    const isPlace = key === "items" || key === "anyOf" || key === "oneOf" || key === "property" || key === "";
    if (isPlace && !["type", "anyOf", "oneOf", "allOf", "enum", "const"].some((word) => word in schema)) return false;
  }
  return Object.entries(schema).every(([name, child]) => {
    if (key !== "properties" && ["enum", "const", "default", "examples", "required"].includes(name)) return true;
    return isBindable(child, key === "properties" ? "property" : name);
  });
}
