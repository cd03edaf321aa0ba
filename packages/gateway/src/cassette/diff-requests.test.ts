import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffRequests } from "./diff-requests.ts";

const lines = (changed: string) => ["one", "two", "three", changed, "five", "six"].join("\n");

describe("diffRequests", () => {
  it("shows the first difference with the lines around it, and counts the others", () => {
    const request = (text: string, model: string) => ({ messages: [{ content: lines(text) }], model });
    expect(diffRequests(request("four", "m-1"), request("FOUR", "m-2"))).toEqual({
      where: "messages[0].content, line 4",
      diff: "@@ messages[0].content, line 4 @@\n two\n three\n-four\n+FOUR\n five\n six",
      places: 2,
    });
  });

  it("shows of a long line where it differs, and of many lines the first", () => {
    const long = (end: string) => ({ a: `${"x".repeat(5_000)}${end}${"y".repeat(5_000)}` });
    const { diff = "" } = diffRequests(long("OLD"), long("NEW")) ?? {};
    expect(diff).toMatch(/^-….*OLD/m);
    expect(diff).toMatch(/^\+….*NEW/m);
    expect(diff.length).toBeLessThan(700);
    const many = diffRequests({ a: "" }, { a: Array.from({ length: 100 }, (_, n) => `line ${n}`).join("\n") });
    expect(many?.diff).toContain("+… 88 more lines");
  });

  it("finds a difference exactly where there is one", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        const [one, two] = [JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right))];
        expect(diffRequests(one, one)).toBeUndefined();
        const isSame = JSON.stringify(one) === JSON.stringify(two);
        if (isSame) expect(diffRequests(one, two)).toBeUndefined();
      }),
    );
    expect(diffRequests({ a: 1 }, { a: 1, b: [] })).toMatchObject({ where: "b", diff: "@@ b @@\n+[]" });
    expect(diffRequests({ a: 1, b: 2 }, { a: 1 })).toMatchObject({ where: "b", diff: "@@ b @@\n-2" });
  });
});
