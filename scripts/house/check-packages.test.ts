import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkTarball } from "./_check-tarball.ts";
import { withTree } from "./_check-tree.ts";
import { measureBundle } from "./_measure-bundle.ts";
import { packPackages } from "./_pack-packages.ts";

const manifest = {
  name: "@ccb/sample",
  version: "0.1.0",
  license: "MIT",
  type: "module",
  files: ["dist"],
  exports: { ".": { "ccb-source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" } },
  publishConfig: { exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } } },
};
const built = {
  "packages/sample/package.json": JSON.stringify(manifest),
  "packages/sample/dist/index.js": "export const answer = 42;\n",
  "packages/sample/dist/index.d.ts": "export declare const answer: number;\n",
};

function packInto(root: string) {
  const into = join(root, "packed");
  mkdirSync(into);
  return packPackages(root, into);
}

test("a sound package passes; the development condition is not published", () => {
  withTree(built, (root) => {
    const [packed] = packInto(root);
    expect(packed?.manifest.name).toBe("@ccb/sample");
    expect(checkTarball(packed?.tarball ?? "")).toEqual([]);
    const text = execFileSync("tar", ["-xOf", packed?.tarball ?? "", "package/package.json"], { encoding: "utf8" });
    expect(text).not.toContain("ccb-source");
  });
});

test("missing types and types that do not resolve are found", () => {
  const { "packages/sample/dist/index.d.ts": _types, ...untyped } = built;
  withTree(untyped, (root) => {
    const [problem] = checkTarball(packInto(root)[0]?.tarball ?? "");
    expect(problem).toMatch(/^publint: .*file does not exist/s);
  });
  withTree({ ...built, "packages/sample/dist/index.d.ts": 'export { answer } from "./answer";\n' }, (root) => {
    const problems = checkTarball(packInto(root)[0]?.tarball ?? "");
    expect(problems.map((problem) => problem.split(":")[0])).toContain("attw");
  });
});

test("private packages are not packed, one that is not built is named", () => {
  const { "packages/sample/dist/index.d.ts": _types, "packages/sample/dist/index.js": _code, ...unbuilt } = built;
  withTree(unbuilt, (root) => expect(() => packInto(root)).toThrow("@ccb/sample has no dist"));
  const hidden = { ...unbuilt, "packages/sample/package.json": JSON.stringify({ ...manifest, private: true }) };
  withTree(hidden, (root) => expect(packInto(root)).toEqual([]));
});

test("a bundle is measured without its dependencies and grows with its own code", async () => {
  const files = {
    "a.js": 'import { z } from "zod";\nexport { b } from "./b.js";\nexport const a = z;\n',
    "b.js": "export const b = 1;\n",
  };
  const small = await measureTree(files);
  const larger = await measureTree({ ...files, "b.js": `export const b = ${JSON.stringify("x".repeat(1_000))};\n` });
  expect(small).toBeLessThan(200);
  expect(larger - small).toBeGreaterThan(990);
});

async function measureTree(files: Record<string, string>): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), "ccb-bundle-"));
  try {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
    return await measureBundle(join(root, "a.js"));
  } finally {
    rmSync(root, { recursive: true });
  }
}
