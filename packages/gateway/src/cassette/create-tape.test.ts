import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseNearest } from "./choose-nearest.ts";
import { createTape, type TapeEntry } from "./create-tape.ts";

const entries = fc
  .array(fc.record({ lane: fc.constantFrom("a", "b"), key: fc.constantFrom("x", "y", "z"), isFailed: fc.boolean() }), {
    maxLength: 20,
  })
  .map((list): TapeEntry[] => list.map((entry, index) => ({ ...entry, number: index + 1 })));

describe("createTape", () => {
  it("answers the calls that were recorded in any order, each once, and nothing more", () => {
    fc.assert(
      fc.property(
        entries
          .map((list) => list.map((entry) => ({ ...entry, isFailed: false })))
          .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, calls]) => {
          const tape = createTape(list);
          const taken = calls.map((call) => tape.take(call)?.number);
          expect(taken.toSorted()).toEqual(list.map(({ number }) => number).toSorted());
          expect(tape.unused()).toEqual([]);
          for (const { lane, key } of list) expect(tape.take({ lane, key })).toBeUndefined();
        },
      ),
    );
  });

  it("gives equal calls of a lane in the order in which they were recorded", () => {
    fc.assert(
      fc.property(entries, (list) => {
        const tape = createTape(list);
        let last = 0;
        for (;;) {
          const found = tape.take({ lane: "a", key: "x" });
          if (!found) break;
          expect(found).toMatchObject({ lane: "a", key: "x" });
          expect(found.number).toBeGreaterThan(last);
          last = found.number;
        }
      }),
    );
  });

  it("passes over failed tries where a better one followed, and repeats them where none did", () => {
    const of = (...failed: boolean[]) =>
      createTape(failed.map((isFailed, index) => ({ number: index + 1, lane: "a", key: "x", isFailed })));
    const retried = of(true, true, false);
    expect(retried.take({ lane: "a", key: "x" })?.number).toBe(3);
    expect(retried).toMatchObject({ unused: expect.any(Function) });
    expect(retried.unused()).toEqual([]);
    expect(retried.passedOver()).toBe(2);
    const given = of(true, true);
    expect([1, 2].map(() => given.take({ lane: "a", key: "x" })?.number)).toEqual([1, 2]);
    expect(given.passedOver()).toBe(0);
  });

  it("knows what is left of a lane, also after a call was forced", () => {
    const tape = createTape(
      ["x", "y", "z"].map((key, index) => ({ number: index + 1, lane: "a", key, isFailed: false })),
    );
    tape.force(2);
    expect(tape.open("a").map(({ key }) => key)).toEqual(["x", "z"]);
    expect(tape.open("b")).toEqual([]);
  });
});

describe("chooseNearest", () => {
  it("chooses an equal text wherever it stands, and none where there is none", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }), fc.nat(), (texts, at) => {
        const index = at % texts.length;
        expect(texts[chooseNearest(texts[index] ?? "", texts)]).toBe(texts[index]);
      }),
    );
    expect(chooseNearest("a", [])).toBe(-1);
  });
});
