import assert from "node:assert/strict";
import { generateData, runCheck, startEnvironment } from "@ccb/testing";

const people = generateData(
  {
    type: "object",
    properties: { email: { type: "string", format: "email" }, age: { type: "integer", minimum: 18, maximum: 99 } },
    required: ["email", "age"],
  },
  { count: 3, seed: 7 },
);

const source = `require("node:http").createServer((request, response) => response.end(process.env.PEOPLE)).listen(process.env.PORT)`;
await using environment = await startEnvironment({
  directory: import.meta.dirname,
  environment: {
    services: [
      {
        use: "command",
        name: "directory",
        command: 'node -e "$SOURCE"',
        env: { SOURCE: source, PEOPLE: JSON.stringify(people) },
        readyPath: "/",
        variables: { DIRECTORY_URL: "{{url}}" },
      },
    ],
  },
});

const evidence = await runCheck({
  criterionId: "people-are-there",
  phaseId: "start",
  cwd: import.meta.dirname,
  env: environment.variables,
  services: environment.services.map(({ name }) => name),
  check: {
    kind: "script",
    language: "node",
    source: "console.log((await (await fetch(process.env.DIRECTORY_URL)).json()).length)",
    expect: { exitCode: 0, stdoutMatches: "^3$" },
  },
});
console.log(evidence.place?.services, evidence.summary);
assert.ok(evidence.passed);
