import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fillSchema } from "./fill-schema.ts";

/** Zod schemas of many forms, as a user's agent may ask for. */
const { schema: anySchema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<z.ZodType>(
      z.string(),
      z.string().min(30).max(40),
      z.string().max(3),
      z.string().regex(/^[A-Z]{2}-\d{3}$/),
      z.string().regex(/^(?:yes|no)$/),
      z.string().startsWith("/"),
      z.email(),
      z.uuid(),
      z.iso.date(),
      z.iso.datetime(),
      z.url(),
      z.number(),
      z.number().gt(0).lt(1),
      z.number().min(5).max(5),
      z.int().negative(),
      z.int().min(7).multipleOf(5),
      z.boolean(),
      z.null(),
      z.literal("fixed"),
      z.enum(["low", "high"]),
      z.array(z.string()).min(2),
      z.record(z.string(), z.number()),
    ),
    tie("schema").map((inner) => z.array(inner).min(1)),
    tie("schema").map((inner) => inner.nullable()),
    fc.tuple(tie("schema"), tie("schema")).map(([left, right]) => z.object({ left, right: right.optional() })),
    fc.tuple(tie("schema"), tie("schema")).map(([left, right]) => z.union([left, right])),
    fc.tuple(tie("schema"), tie("schema")).map(([left, right]) => z.tuple([left, right])),
  ),
}));

describe("fillSchema", () => {
  it("gives a value that the schema accepts", () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        const filled = fillSchema(z.toJSONSchema(schema), "The offline model answers by rule.");
        expect(schema.safeParse(filled)).toMatchObject({ success: true });
      }),
      { numRuns: 500 },
    );
  });

  it("ends on a schema that contains itself", () => {
    const tree: z.ZodType = z.object({
      name: z.string().min(1),
      children: z.array(z.lazy(() => tree)),
      next: z.lazy(() => tree).nullable(),
    });
    const filled = fillSchema(z.toJSONSchema(tree), "A leaf");
    expect(filled).toEqual({ name: "A leaf", children: [], next: null });
  });

  it("puts its words where the schema asks for words", () => {
    const schema = z.object({ verdict: z.string(), risk: z.enum(["low", "high"]), notes: z.array(z.string()) });
    expect(fillSchema(z.toJSONSchema(schema), "By rule.")).toEqual({ verdict: "By rule.", risk: "low", notes: [] });
  });
});
