import type { ServiceModel } from "../service/index.ts";
import { describeFile } from "./_describe-file.ts";
import { blocks, code, list, section, table } from "./_markdown.ts";
import type { DocumentFacts } from "./read-facts.ts";

export function writeArchitecture(facts: DocumentFacts): string {
  const { service } = facts;
  return blocks(
    [
      `# Architecture of ${facts.name}`,
      section("Overview", [facts.purpose, code("mermaid", service ? serviceDiagram(service) : planDiagram(facts))]),
      service && section("Data", [relations(service), code("mermaid", entityDiagram(service))]),
      section("Parts", [
        table(
          ["File", "Purpose"],
          sourceFiles(facts).map(({ path }) => [`\`${path}\``, describeFile(path, facts)]),
        ),
      ]),
      service && section("Decisions", [decisions(service)]),
      service && section("Security", [security(service)]),
      service && section("Limits", [limits]),
      !service &&
        facts.analysis &&
        section("Risks", [
          list(facts.analysis.risks.map(({ description, mitigation }) => `${description} ${mitigation}`)),
        ]),
    ].map((part) => part || undefined),
  );
}

export function sourceFiles(facts: DocumentFacts): { path: string; bytes: number }[] {
  return facts.files
    .filter(
      ({ path }) =>
        /\.(?:m?[jt]sx?|py|go|rs|java|kt|rb|php|cs|sql|json|toml)$/.test(path) &&
        !/^(?:\.|artifacts\/|logs\/|node_modules\/)/.test(path),
    )
    .slice(0, 80);
}

function serviceDiagram(service: ServiceModel): string {
  const resources = service.entities.map((entity, index) => `    resource${index}["${label(entity.plural)}"]`);
  return [
    "flowchart LR",
    '  client["HTTP client"] --> server["HTTP server"]',
    ...(service.auth
      ? ['  server --> access["Credential check"]', '  access --> router["Router"]']
      : ['  server --> router["Router"]']),
    '  router --> validation["Validation"]',
    "  subgraph resources",
    ...resources,
    "  end",
    "  validation --> resources",
    '  resources --> database[("SQLite file")]',
    `  router --> health["${label(service.healthPath)}"]`,
    `  router --> openapi["${label(service.openApiPath)}"]`,
  ].join("\n");
}

function entityDiagram(service: ServiceModel): string {
  const lines = service.entities.flatMap((entity) => [
    `  ${word(entity.name)} {`,
    ...entity.fields.slice(0, 20).map((field) => `    ${word(field.type)} ${word(field.name)}`),
    "  }",
    ...entity.fields.flatMap((field) =>
      field.reference ? [`  ${word(field.reference.entity)} ||--o{ ${word(entity.name)} : "${label(field.name)}"`] : [],
    ),
  ]);
  return ["erDiagram", ...lines].join("\n");
}

function planDiagram(facts: DocumentFacts): string {
  const ids = new Map(facts.tasks.map((task, index) => [task.id, `task${index}`]));
  const nodes = facts.tasks.slice(0, 60).map((task, index) => `  task${index}["${label(task.name)}"]`);
  const arrows = facts.tasks
    .slice(0, 60)
    .flatMap((task, index) =>
      task.dependsOn.flatMap((id) => (ids.has(id) ? [`  ${ids.get(id)} --> task${index}`] : [])),
    );
  return ["flowchart TD", ...(nodes.length > 0 ? nodes : [`  product["${label(facts.name)}"]`]), ...arrows].join("\n");
}

function label(text: string): string {
  return text.replace(/["\n[\]{}<>|]/g, " ").trim();
}

function word(text: string): string {
  return text.replace(/\W/g, "_") || "_";
}

function relations(service: ServiceModel): string {
  const lines = service.entities.flatMap((entity) =>
    entity.fields.flatMap((field) =>
      field.reference ? [`\`${entity.name}.${field.name}\` refers to \`${field.reference.entity}\`.`] : [],
    ),
  );
  return lines.length > 0 ? list(lines) : "No entity refers to another.";
}

function decisions(service: ServiceModel): string {
  return list([
    "Node.js alone (`node:http`, `node:sqlite`), no dependency: nothing to install or to keep up to date. In exchange there is no framework to lean on.",
    "One SQLite file holds all data: simple to back up; one process writes to it.",
    "Validation, storage and HTTP are computed from one description of each resource, so that the OpenAPI document and the behaviour agree.",
    `All errors have one form, with status ${service.status.validation} and the wrong fields for invalid input.`,
  ]);
}

function security(service: ServiceModel): string {
  const access = service.auth
    ? `Requests carry a ${service.auth.scheme === "bearer" ? "bearer token" : `key in \`${service.auth.header}\``}, compared with \`${service.auth.environment}\`${
        service.auth.publicReads ? "; reading is open" : ""
      }. Health is open.`
    : "There is no authentication, as the specification names none: keep the service off public networks or put a proxy before it.";
  return list([
    access,
    `A body may hold ${service.bodyLimitBytes} bytes at most; every field is checked before it reaches the database.`,
    "SQL statements take values as parameters only.",
  ]);
}

const limits = list([
  "One process on one machine. To grow beyond, replace SQLite by a database server behind the same storage functions.",
  "There is no TLS; a reverse proxy gives it.",
]);
