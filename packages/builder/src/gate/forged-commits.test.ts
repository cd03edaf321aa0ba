import fc from "fast-check";
import { expect, test } from "vitest";
import { findForgedCommits } from "./forged-commits.ts";

const line = fc.string({ maxLength: 30 }).filter((text) => !/CCB-/.test(text));
const key = fc.stringMatching(/^CCB-[A-Z][a-z]{0,8}(-[A-Z][a-z]{0,8})?$/);

test("a trailer of CCB's is found wherever it stands in a message, and nothing else is", () => {
  const message = fc.tuple(fc.array(line), key, fc.string({ maxLength: 20 }), fc.array(line));
  fc.assert(
    fc.property(message, ([before, name, value, after]) => {
      const rest = value.replaceAll(/[\r\n\u2028\u2029]/g, " ");
      const forged = { commit: "a", message: [...before, `${name}: ${rest}`, ...after].join("\n") };
      const honest = { commit: "b", message: [...before, ...after].join("\n") };
      expect(findForgedCommits([honest, forged])).toEqual([{ commit: "a", lines: [`${name}: ${rest}`.trim()] }]);
    }),
  );
});

test("a message that only speaks of trailers is no forgery", () => {
  expect(findForgedCommits([{ commit: "a", message: "Keep the CCB-Task: trailer out of the log\n" }])).toEqual([]);
});
