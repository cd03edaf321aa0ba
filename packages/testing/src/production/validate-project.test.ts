import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CcbError } from "@ccb/core";
import { test } from "vitest";
import type { ProductionArea } from "./production-report.ts";
import { validateProject } from "./validate-project.ts";

const server = (onSignal: string, health = '{ "status": "ok" }'): string => `import { createServer } from "node:http";
import { writeFileSync } from "node:fs";
writeFileSync("data.txt", "written");
const server = createServer((request, response) => {
  if (request.url === "/health") return response.end(JSON.stringify(${health}));
  response.writeHead(404).end("{}");
});
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
process.on("SIGTERM", () => ${onSignal});
`;

const manifest = (scripts: Record<string, string>, more: object = {}): string =>
  JSON.stringify({ name: "shop", type: "module", scripts, ...more });

const sound: Record<string, string> = {
  "package.json": manifest({ start: "node src/server.js", lint: "node --check src/server.js", test: "node --test" }),
  "src/server.js": server("process.exit(0)"),
  "README.md":
    "# Shop\n\n```sh\ncd shop\nnpm start\n```\n\n```sh\ncurl http://localhost:3000/health\n# a comment\nnpm test\ndocker compose up\n```\n\n```json\n{}\n```\n",
};

async function validate(files: Record<string, string>, areas: ProductionArea[]) {
  const directory = await mkdtemp(join(tmpdir(), "ccb-validate-test-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    const reports = await validateProject({ directory, areas, stopGraceMs: 1_500 });
    return { reports, wroteIntoProject: existsSync(join(directory, "data.txt")) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test("a sound service passes; what it has not chosen is not run, and nothing is written into the project", async () => {
  const { reports, wroteIntoProject } = await validate(sound, [
    "format",
    "lint",
    "types",
    "dependencies",
    "licences",
    "secrets",
    "service",
    "readme",
  ]);
  assert.deepEqual(
    reports.map(({ area, status }) => `${area} ${status}`),
    [
      "format not-run",
      "lint passed",
      "types not-run",
      "dependencies passed",
      "licences passed",
      "secrets not-run",
      "service passed",
      "readme passed",
    ],
  );
  const readme = reports.at(-1);
  assert.deepEqual(readme?.commands, ["npm start", "curl http://localhost:3000/health", "npm test"]);
  assert.match(readme?.why ?? "", /docker compose up \(it needs containers/);
  assert.equal(wroteIntoProject, false);
});

test("a service that ignores SIGTERM is found, and ended", async () => {
  const { reports } = await validate({ ...sound, "src/server.js": server("undefined") }, ["service"]);
  assert.match(reports[0]?.findings[0]?.reason ?? "", /did not end within 1.5 s of SIGTERM/);
});

test("a service without health, and one that does not start, are found with what they said", async () => {
  const none = await validate({ ...sound, "src/server.js": server("process.exit(0)").replace("/health", "/live") }, [
    "service",
  ]);
  assert.match(none.reports[0]?.findings[0]?.reason ?? "", /no health endpoint answers with a success \(\/health 404/);
  const broken = await validate({ ...sound, "src/server.js": 'throw new Error("no database");' }, ["service"]);
  assert.match(broken.reports[0]?.findings[0]?.output ?? "", /no database/);
});

test("a README whose command fails, or talks to nobody, is found with its line", async () => {
  const text =
    "# Shop\n\n```sh\ncurl http://localhost:3000/health\nnpm run migrate\n```\n\n```sh\nnpm start\ncurl http://localhost:3000/goods\n```\n";
  const { reports } = await validate({ ...sound, "README.md": text }, ["readme"]);
  const found = reports[0]?.findings.map(({ line, reason }) => `${line} ${reason}`) ?? [];
  assert.equal(found.length, 3);
  assert.match(found[0] ?? "", /^4 .*no command before it has started/);
  assert.match(found[1] ?? "", /^5 "npm run migrate" ended with exit code 1/);
  assert.match(found[2] ?? "", /^10 .*ended with exit code 22/);
});

test("a linter that says no, dependencies without a lock file, and a licence that binds are found", async () => {
  const files = {
    ...sound,
    "package.json": manifest({ lint: "echo 'src/a.js:3 unused' && exit 2" }, { dependencies: { chart: "1.0.0" } }),
    "node_modules/chart/package.json": JSON.stringify({
      name: "chart",
      version: "1.0.0",
      license: "AGPL-3.0-only",
      dependencies: { line: "1" },
    }),
    "node_modules/line/package.json": JSON.stringify({ name: "line", version: "1.2.0", license: "(MIT OR GPL-3.0)" }),
  };
  const { reports } = await validate(files, ["lint", "dependencies", "licences"]);
  assert.match(reports[0]?.findings[0]?.output ?? "", /unused/);
  assert.match(reports[1]?.findings[0]?.reason ?? "", /no lock file/);
  assert.deepEqual(
    reports[2]?.findings.map(({ reason }) => reason.split(",")[0]),
    ["chart@1.0.0 has the licence AGPL-3.0-only"],
  );
});

test("a folder that is not there is bad input", async () => {
  await assert.rejects(
    validateProject({ directory: join(tmpdir(), "no-such-folder-of-ccb") }),
    (error) => CcbError.isInstance(error) && error.code === "bad-input",
  );
});
