import { expect, test } from "vitest";
import { checkTree } from "../_check-tree.ts";
import { machineTracesRule } from "./machine-traces.ts";

/** Joined here, so that this file has no trace itself. */
const traceOf = (...parts: string[]): string => parts.join("/");

test("relative paths, public hosts, loopback and folders named alike pass", () => {
  const result = checkTree(machineTracesRule, {
    "a.md": "See docs/work/plan.md, tmp/x, https://example.org/work/a, http://127.0.0.1:3000/tmp/x and ~/work/x.",
    "b.json": '{ "path": "./home/a" }',
    "c.png": traceOf("", "work", "main"),
  });
  expect(result).toEqual({ lookedAt: 2, unit: "files", problems: [] });
});

test.each([
  [traceOf("", "work", "main"), "a path of one machine"],
  [traceOf("", "opt", "tool", "bin"), "a path of one machine"],
  [traceOf("", "root", ".cache"), "a path of one machine"],
  [traceOf("", "home", "jane", "code"), "a home directory"],
  [traceOf("", "Users", "jane", "code"), "a home directory"],
  [traceOf("", "tmp", "out.txt"), "a temporary path of one machine"],
  [traceOf("https:", "", "npm-registry.corp.example", "left-pad"), "a registry host"],
  [["regis", "try=x"].join(""), "a registry setting"],
  [["10", "1", "2", "3"].join("."), "an address of a private network"],
])("%s is found in any file", (trace, what) => {
  for (const path of ["docs/a.md", "packages/core/src/a.test.ts", "pnpm-lock.yaml"]) {
    const text = what === "a registry setting" ? `\n${trace}` : `\nsee "${trace}" there`;
    const { problems } = checkTree(machineTracesRule, { [path]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${path}:2: ${what}`);
  }
});

test("no file at all is a failure", () => {
  expect(checkTree(machineTracesRule, {}).problems).toHaveLength(1);
});
