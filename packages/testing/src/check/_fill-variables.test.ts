import fc from "fast-check";
import { expect, test } from "vitest";
import { fillJson, fillText } from "./_fill-variables.ts";

test("a value that is only a placeholder keeps its type; within a text it is written out", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const variables = new Map([["v", value]]);
      expect(fillJson({ a: ["{{v}}"] }, variables)).toEqual({ value: { a: [value] } });
      const written = typeof value === "string" ? value : JSON.stringify(value);
      expect(fillText("<{{ v }}>", variables)).toEqual({ value: `<${written}>` });
    }),
  );
});

test("JSON without placeholders stays as it is", () => {
  fc.assert(
    fc.property(
      fc.jsonValue().filter((value) => !JSON.stringify(value).includes("{{")),
      (value) => {
        expect(fillJson(value, new Map())).toEqual({ value });
      },
    ),
  );
});

test("a value in a path is encoded, and one that is not there is named", () => {
  const variables = new Map<string, unknown>([["q", "a/b c&d"]]);
  expect(fillText("/x/{{q}}", variables, encodeURIComponent)).toEqual({ value: "/x/a%2Fb%20c%26d" });
  expect(fillText("/x/{{id}}", variables)).toEqual({ missing: "id" });
  expect(fillJson([{ deep: "{{id}}" }], variables)).toEqual({ missing: "id" });
});

test("a value that looks like a placeholder is not filled again", () => {
  const variables = new Map<string, unknown>([
    ["a", "{{b}}"],
    ["b", "no"],
  ]);
  expect(fillText("{{a}}", variables)).toEqual({ value: "{{b}}" });
});
