import fc from "fast-check";
import { expect, test } from "vitest";
import { createSeal } from "./seal.ts";

const seal = createSeal("correct horse battery");

test("what was sealed opens to the same bytes, under the same name and passphrase only", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), fc.string(), async (content, name) => {
      const sealed = await seal.seal(name, content);
      expect(await seal.open(name, sealed)).toEqual(Buffer.from(content));
      expect(await seal.open(`${name}x`, sealed)).toBeUndefined();
    }),
    { numRuns: 50 },
  );
  const sealed = await seal.seal("a", Buffer.from("text"));
  expect(await createSeal("correct horse battery").open("a", sealed)).toEqual(Buffer.from("text"));
  expect(await createSeal("correct horse batterY").open("a", sealed)).toBeUndefined();
});

test("no changed, cut or foreign byte goes unseen, and equal texts are sealed differently", async () => {
  const sealed = Buffer.from(await seal.seal("a", Buffer.from("the text of a session")));
  // The salt is left out: a changed one is another key, which takes a third of a second to derive.
  const places = fc.nat(sealed.length - 1).filter((at) => at < 8 || at >= 24);
  await fc.assert(
    fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ change;
      expect(await seal.open("a", changed)).toBeUndefined();
    }),
    { numRuns: 100 },
  );
  for (const length of [0, 7, 8, 51, sealed.length - 1]) {
    expect(await seal.open("a", sealed.subarray(0, length)), String(length)).toBeUndefined();
  }
  expect(await seal.open("a", Buffer.from('{"type":"user"}'))).toBeUndefined();
  expect(Buffer.from(await seal.seal("a", Buffer.from("the text of a session"))).equals(sealed)).toBe(false);
});

test("what is sealed like something else opens with the same key, and something that was never sealed is no model", async () => {
  const sealed = Buffer.from(await seal.seal("a", Buffer.from("text")));
  const again = Buffer.from(await createSeal("correct horse battery", sealed).seal("b", Buffer.from("more")));
  expect(again.subarray(0, 24)).toEqual(sealed.subarray(0, 24));
  expect(await seal.open("b", again)).toEqual(Buffer.from("more"));
  const other = Buffer.from(
    await createSeal("correct horse battery", Buffer.from("{}")).seal("b", Buffer.from("more")),
  );
  expect(other.subarray(8, 24).equals(sealed.subarray(8, 24))).toBe(false);
});

test("a passphrase that is too short is refused", () => {
  expect(() => createSeal("1234567 ")).toThrow(/at least 8 characters; received 7/);
});
