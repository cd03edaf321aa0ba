import * as fc from "fast-check";
import { expect, it } from "vitest";
import { hashInputs, renderSorted } from "./hash-inputs.ts";

/** The same through JSON.stringify's replacer, which sorts a copy of every object. */
function renderByReplacer(inputs: unknown): string {
  return JSON.stringify(inputs, (_key, value: unknown) =>
    typeof value !== "object" || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))),
  );
}

const data = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, new Date(0)),
    fc.array(tie("any")),
    // Keys that look like numbers come first in every object, whatever the order they are put in.
    fc.dictionary(
      fc.string().filter((key) => !/^\d+$/.test(key) && key !== "toJSON" && key !== "__proto__"),
      tie("any"),
    ),
  ),
})).any;

it("writes what JSON.stringify writes for sorted copies", () => {
  fc.assert(
    fc.property(data, (value) => {
      expect(renderSorted(value)).toBe(renderByReplacer(value));
    }),
  );
});

it("hashes equal inputs equally, whatever the order of their keys, and others differently", () => {
  expect(hashInputs({ a: 1, b: { c: [1, 2], d: "x" } })).toBe(hashInputs({ b: { d: "x", c: [1, 2] }, a: 1 }));
  expect(hashInputs({ a: 1, b: { c: [1, 2], d: "x" } })).not.toBe(hashInputs({ a: 1, b: { c: [2, 1], d: "x" } }));
});
