import { expect, test } from "vitest";
import { samplePattern } from "./sample-pattern.ts";

test("a sample matches its pattern", () => {
  for (const pattern of ["^[A-Z]{2}-\\d{4}$", "^(?:red|green)$", "^\\w+@\\w+\\.org$"]) {
    expect(samplePattern(pattern, 7)).toMatch(new RegExp(pattern));
  }
});

test("huge and nested counts are given up, not worked through", () => {
  expect(samplePattern("[a-z]{1000000000}", 1)).toBeUndefined();
  expect(samplePattern("(((a{0}){4000}){4000}){4000}", 1)).toBeUndefined();
  expect(samplePattern("((a{0}){999999999}){999999999}", 1)).toBeUndefined();
});
