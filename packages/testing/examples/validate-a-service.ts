// Checks a small service for production: node --conditions=ccb-source packages/testing/examples/validate-a-service.ts
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planRepairs, validateProject } from "@ccb/testing/production";

const server = `import { createServer } from "node:http";
createServer((request, response) => response.writeHead(request.url === "/health" ? 200 : 404).end("{}")).listen(process.env.PORT);
`;
const readme =
  "# Clock\n\n```sh\nnode server.mjs\ncurl http://localhost:3000/health\ncurl http://localhost:3000/time\n```\n";
const directory = await mkdtemp(join(tmpdir(), "clock-"));
try {
  await writeFile(join(directory, "package.json"), '{"name":"clock","type":"module"}');
  await writeFile(join(directory, "server.mjs"), server);
  await writeFile(join(directory, "README.md"), readme);
  const reports = await validateProject({ directory, areas: ["service", "readme"] });
  for (const { area, status, why } of reports) console.log(`${area}: ${status}, ${why}`);
  const work = planRepairs(
    reports.flatMap(({ findings }) => findings),
    { round: 1 },
  );
  for (const { title, instructions } of work.repairs) console.log(`${title}\n${instructions}`);
  assert.deepEqual(
    reports.map(({ status }) => status),
    ["passed", "failed"],
  );
  assert.match(work.repairs[0]?.instructions ?? "", /README\.md:6/);
} finally {
  await rm(directory, { recursive: true, force: true });
}
