import assert from "node:assert/strict";
import { runCheck } from "@ccb/testing";

const source = `require("node:http").createServer((request, response) => {
  response.writeHead(201, { "content-type": "application/json" }).end('{"id":7,"title":"Milk"}');
}).listen(process.env.PORT)`;

const evidence = await runCheck({
  criterionId: "create-note",
  phaseId: "notes",
  cwd: import.meta.dirname,
  check: {
    kind: "http",
    service: { command: 'node -e "$SOURCE"', readyPath: "/", env: { SOURCE: source } },
    requests: [
      { method: "POST", path: "/notes", body: { title: "Milk" }, expect: { status: 201 }, save: { id: "id" } },
      { method: "GET", path: "/notes/{{id}}", expect: { status: 200 } },
    ],
  },
});
console.log(evidence.passed, evidence.summary);
assert.match(evidence.summary, /expected 200, received 201/);
