import { coverageSentence, waiverList } from "./_coverage.ts";
import { credentialHeader, endpointTable, environmentTable } from "./_describe-service.ts";
import { blocks, code, list, section } from "./_markdown.ts";
import type { DocumentFacts } from "./read-facts.ts";

const otherDocuments = [
  "[Architecture](docs/architecture.md)",
  "[API](docs/api.md)",
  "[Components](docs/components.md)",
  "[Deployment](docs/deployment.md)",
  "[Testing](docs/testing.md)",
  "[User guide](docs/user-guide.md)",
  "[Developer guide](docs/developer-guide.md)",
];

export function writeReadme(facts: DocumentFacts): string {
  const { service } = facts;
  return blocks([
    `# ${facts.name}`,
    facts.purpose,
    section("Features", [features(facts)]),
    section("Quick start", quickStart(facts)),
    service && section("Configuration", [environmentTable(service, facts.databaseDefault)]),
    service &&
      section(
        "Resources",
        service.entities.map((entity) => blocks([`### ${entity.title}`, endpointTable(service, entity)])),
      ),
    section("Tests", testText(facts)),
    section("Coverage of the specification", [coverageSentence(facts), waiverList(facts)]),
    section("Documents", [list(otherDocuments)]),
  ]);
}

function features(facts: DocumentFacts): string {
  const { service } = facts;
  if (!service)
    return list(facts.plan.phases.map((phase) => `${phase.name}: ${phase.tasks.map((task) => task.name).join(", ")}`));
  return list([
    ...service.entities.map((entity) => {
      const actions = new Set(entity.endpoints.map(({ action }) => actionNouns[action]));
      return `${entity.title}: ${[...actions].join(", ") || "kept as data of other resources"}`;
    }),
    ...(service.entities.some((entity) => entity.states) ? ["State transitions that are checked"] : []),
    ...(service.auth ? [`Access by ${service.auth.scheme === "bearer" ? "bearer token" : "API key"}`] : []),
    `Health at \`${service.healthPath}\`, OpenAPI document at \`${service.openApiPath}\``,
  ]);
}

const actionNouns = {
  list: "list",
  create: "create",
  read: "read",
  replace: "replace",
  update: "update",
  remove: "delete",
  transition: "change state",
} as const;

function quickStart(facts: DocumentFacts): string[] {
  const { service, scripts } = facts;
  if (!service) {
    const commands = Object.keys(scripts).map((name) =>
      name === "start" || name === "test" ? `npm ${name}` : `npm run ${name}`,
    );
    return commands.length > 0
      ? [code("sh", commands.join("\n"))]
      : ["The files show no start command; see the documents below."];
  }
  const secret = service.auth ? `${service.auth.environment}=choose-a-secret ` : "";
  return [
    "Node.js 24 or later is all it needs; there is nothing to install.",
    code("sh", `${secret}npm start`),
    `Then, in another terminal${service.auth ? ` (requests to data carry \`${credentialHeader(service)}\`)` : ""}:`,
    code("sh", `curl http://localhost:${service.defaultPort}${service.healthPath}`),
  ];
}

function testText({ scripts }: DocumentFacts): string[] {
  return scripts.test === undefined
    ? ["The files name no test command."]
    : [code("sh", "npm test"), `It runs \`${scripts.test}\`.`];
}
