import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { readNodeAudit } from "./check-dependencies.ts";
import { isFree } from "./check-licences.ts";
import { planReadmeCommands } from "./plan-readme-commands.ts";
import { planRepairs } from "./plan-repairs.ts";
import { planTools } from "./plan-tools.ts";

const plan = (readme: string) =>
  planReadmeCommands({ "README.md": readme }).map(({ line, kind, command }) => `${line} ${kind}: ${command}`);

test("reads the commands of shell blocks, and nothing else", () => {
  const text =
    "```console\n$ npm install\nadded 3 packages\n$ TOKEN=x npm start   # the service\n```\n~~~bash\ncurl -X POST \\\n  -d '{\"a\":\n1}' localhost:8000/a\n~~~\n```js\nrun();\n```\n```sh\ngit clone https://example.com/a.git\nexport A=1\ncurl https://api.example.com/<id>\npython -m app.cli --help\nuvicorn app.main:app\n```\n";
  assert.deepEqual(plan(text), [
    "2 other: npm install",
    "4 server: TOKEN=x npm start",
    "7 client: curl -X POST \\\n-d '{\"a\":\n1}' localhost:8000/a",
    "15 not-run: git clone https://example.com/a.git",
    "16 export: export A=1",
    "17 not-run: curl https://api.example.com/<id>",
    "18 other: python -m app.cli --help",
    "19 server: uvicorn app.main:app",
  ]);
});

test("every planned command stands in the README at its line", () => {
  const line = fc.constantFrom(
    "```sh",
    "```",
    "~~~",
    "npm test",
    "# x",
    "",
    "$ ls",
    "echo 'a",
    "b'",
    "curl localhost:1/a \\",
    "text",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      for (const entry of planReadmeCommands({ "README.md": lines.join("\n") })) {
        assert.ok(lines[entry.line - 1]?.includes(entry.command.split("\n")[0] ?? "?"));
      }
    }),
  );
});

test("finds the tools that a project has chosen, scripts first, and none that would change files", () => {
  const node = (value: object) =>
    planTools({ "package.json": JSON.stringify(value), "tsconfig.json": "{}" }).map(
      ({ area, command }) => `${area}: ${command}`,
    );
  assert.deepEqual(
    node({
      scripts: { lint: "eslint . --fix", "format:check": "prettier -c ." },
      devDependencies: { eslint: "9", typescript: "6" },
    }),
    [
      "format: npm run --silent format:check",
      "lint: npx --no-install eslint .",
      "types: npx --no-install tsc --noEmit",
    ],
  );
  assert.deepEqual(node({}), []);
  assert.deepEqual(
    planTools({ "pyproject.toml": '[tool.ruff]\nline-length = 100\n[dependency-groups]\ndev = ["mypy>=1"]\n' }).map(
      ({ command }) => command,
    ),
    ["ruff format --check .", "ruff check --no-fix .", "mypy ."],
  );
});

test("reads licences as SPDX means them", () => {
  assert.deepEqual(
    [
      "MIT",
      "(MIT OR GPL-3.0)",
      "Apache-2.0 AND GPL-2.0-only",
      "AGPL-3.0",
      "BUSL-1.1",
      "Apache-2.0 WITH LLVM-exception",
    ].map(isFree),
    [true, true, false, false, false, true],
  );
});

test("an audit that could not ask anybody is no pass", () => {
  const answer = (stdout: string) => readNodeAudit({ code: 1, output: "", stdout });
  assert.equal(answer('{"error":{"code":"ENOTFOUND"}}'), undefined);
  assert.equal(answer("npm ERR!"), undefined);
  assert.deepEqual(answer('{"vulnerabilities":{}}'), []);
  const found = answer(
    '{"vulnerabilities":{"a":{"name":"a","severity":"high","via":[{"title":"Path traversal"}]},"b":{"name":"b","severity":"low","via":[]}}}',
  );
  assert.deepEqual(
    found?.map(({ reason }) => reason),
    ["a has a known weakness of severity high: Path traversal"],
  );
});

test("findings become work with limits, and end after the last round", () => {
  const findings = Array.from({ length: 5 }, (_, index) => ({
    area: "readme" as const,
    path: "README.md",
    line: index + 1,
    reason: `"npm run ${index}" ended with exit code 1`,
  }));
  const first = planRepairs(findings, { round: 1, limits: { findings: 3, rounds: 2 } });
  assert.deepEqual(
    { repairs: first.repairs.length, left: first.left, ended: first.ended },
    { repairs: 1, left: 2, ended: undefined },
  );
  assert.match(first.repairs[0]?.instructions ?? "", /README\.md:3/);
  const last = planRepairs(findings, { round: 3, limits: { rounds: 2 } });
  assert.deepEqual(
    { repairs: last.repairs.length, ended: last.ended },
    { repairs: 0, ended: "5 findings are left after 2 rounds of repair" },
  );
  assert.ok(
    (planRepairs(findings, { round: 1, limits: { characters: 100 } }).repairs[0]?.instructions.length ?? 0) <= 100,
  );
});
