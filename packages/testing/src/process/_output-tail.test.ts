import fc from "fast-check";
import { expect, test } from "vitest";
import { createOutputTail } from "./_output-tail.ts";

test("the tail is the end of the text, within the limit, whole characters only", () => {
  const texts = fc.array(fc.string({ unit: "binary", maxLength: 20 }), { maxLength: 30 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 4, max: 60 }), (parts, limit) => {
      const tail = createOutputTail(limit);
      for (const part of parts) tail.add(Buffer.from(part));
      const whole = Buffer.from(parts.join("")).toString("utf8");
      const text = tail.text();
      expect(whole.endsWith(text)).toBe(true);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
      expect(tail.isCut()).toBe(Buffer.byteLength(whole) > limit);
      if (!tail.isCut()) expect(text).toBe(whole);
      else expect(Buffer.byteLength(text)).toBeGreaterThan(limit - 4);
    }),
  );
});
