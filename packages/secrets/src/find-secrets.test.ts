import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { innocentTexts, listSecretSamples, makeCharacters } from "./_sample-secrets.ts";
import { findSecrets } from "./find-secrets.ts";

test("finds the tokens of well-known services in the ways they stand in files", () => {
  const missed = listSecretSamples().filter(({ text }) => findSecrets([{ path: "config.txt", text }]).length === 0);
  assert.deepEqual(
    missed.map(({ name }) => name),
    [],
  );
});

test("leaves what only looks like a secret alone", () => {
  const wrong = innocentTexts.flatMap((text) =>
    findSecrets([{ path: "src/config.ts", text }]).map(({ rule }) => `${rule}: ${text}`),
  );
  assert.deepEqual(wrong, []);
});

test("says where a secret stands, and never what it is", () => {
  const secret = `ghp_${makeCharacters(36, { seed: 9 })}`;
  const [finding, ...more] = findSecrets([
    { path: "src/client.ts", text: `// client\n\nconst token = "${secret}";\n` },
  ]);
  assert.equal(more.length, 0);
  assert.deepEqual(
    { rule: finding?.rule, path: finding?.path, line: finding?.line, column: finding?.column },
    { rule: "github-pat", path: "src/client.ts", line: 3, column: 16 },
  );
  assert.ok(!JSON.stringify(finding).includes(secret));
});

test("finds a secret wherever it stands between other text, once", () => {
  const secret = `glpat-${makeCharacters(20, { seed: 4 })}`;
  const filler = fc.stringMatching(/^(?:[a-z ]{0,12}(?:key|token|\n|= )){0,200}$/);
  fc.assert(
    fc.property(filler, filler, (head, tail) => {
      const found = findSecrets([{ path: "a.txt", text: `${head}\n"${secret}"\n${tail}` }]).filter(
        ({ rule }) => rule === "gitlab-pat",
      );
      assert.equal(found.length, 1);
      assert.equal(found[0]?.line, head.split("\n").length + 1);
    }),
    { numRuns: 60 },
  );
});

test("leaves binary files, lock files and installed packages out", () => {
  const text = `token = "glpat-${makeCharacters(20, { seed: 4 })}"`;
  assert.equal(findSecrets([{ path: "a.bin", text: `\0${text}` }]).length, 0);
  assert.equal(findSecrets([{ path: "node_modules/x/a.js", text }]).length, 0);
  assert.equal(findSecrets([{ path: "pnpm-lock.yaml", text }]).length, 0);
  assert.equal(findSecrets([{ path: "src/a.js", text }]).length, 1);
});
