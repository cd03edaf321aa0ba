import type { EntityModel, ServiceModel } from "../service/index.ts";
import { credentialHeader, curl, endpointTable, errorTable, fieldTable } from "./_describe-service.ts";
import { findExamples } from "./_find-examples.ts";
import { blocks, code, list, section, table } from "./_markdown.ts";
import { errorExample, listExample } from "./_shape-example.ts";
import type { DocumentFacts } from "./read-facts.ts";

export function writeApi(facts: DocumentFacts): string {
  const { service } = facts;
  if (!service) return writeCommands(facts);
  return blocks([
    `# API of ${facts.name}`,
    section("Reaching it", [
      `The service listens on port ${service.defaultPort}, or on the one that \`${service.environment.port}\` names. Bodies are JSON (\`content-type: application/json\`).`,
      `\`GET ${service.healthPath}\` tells whether it is up, \`GET ${service.openApiPath}\` describes it as OpenAPI.`,
    ]),
    section("Credential", [
      service.auth
        ? `Send the header \`${credentialHeader(service)}\`.${service.auth.publicReads ? " Requests that only read need none." : ""} Without it the answer is 401.`
        : "None is asked for.",
    ]),
    section("Errors", [
      errorTable(service),
      "An error looks like this, with an example in the places that change:",
      errorExample(service),
    ]),
    section("Lists", lists(service)),
    ...service.entities.map((entity) => section(entity.title, resource(service, entity))),
  ]);
}

function lists(service: ServiceModel): string[] {
  const { pagination, sort } = service;
  const paging =
    pagination.style === "none"
      ? "Lists are not cut into pages."
      : `Lists are cut into pages: \`${pagination.positionParam}\` and \`${pagination.sizeParam}\` (default ${pagination.defaultSize}, at most ${pagination.maxSize}${
          pagination.overflow === "cap" ? "; more is taken as the most" : "; more is refused"
        }).`;
  return [
    paging,
    `\`${sort.param}\` names the field to sort by${sort.orderParam ? `, \`${sort.orderParam}\` the direction` : "; a minus before it turns the order round"}. \`${service.searchParam}\` searches, where a resource has searchable fields.`,
    listExample(service),
  ];
}

function resource(service: ServiceModel, entity: EntityModel): string[] {
  const filters = Object.entries(entity.filters).map(([param, { field, test }]) => [
    `\`${param}\``,
    `\`${field}\``,
    testWords[test],
  ]);
  return [
    "### Fields",
    fieldTable(entity),
    "### Endpoints",
    endpointTable(service, entity),
    ...(filters.length > 0 ? ["### Filters", table(["Parameter", "Field", "Matches"], filters)] : []),
    ...(entity.searchable.length > 0
      ? [`Searched fields: ${entity.searchable.map((field) => `\`${field}\``).join(", ")}.`]
      : []),
    ...(entity.sortable.length > 0
      ? [
          `Sortable fields: ${entity.sortable.map((field) => `\`${field}\``).join(", ")}; ${entity.defaultSort === "" ? "in the order of creation" : `by \`${entity.defaultSort}\``} unless asked otherwise.`,
        ]
      : []),
    ...states(entity),
    ...findExamples(service, entity).map(({ title, request }) =>
      blocks([`### Example: ${title}`, curl(service, request)]),
    ),
  ];
}

const testWords = {
  equals: "the same value",
  atLeast: "this value or more",
  atMost: "this value or less",
  above: "more than this value",
  below: "less than this value",
  contains: "the text holds this",
  has: "the list holds this",
};

export function states(entity: EntityModel): string[] {
  const { states: machine } = entity;
  if (!machine) return [];
  const arrows = Object.entries(machine.allowed).flatMap(([from, to]) => to.map((target) => `  ${from} --> ${target}`));
  return [
    `### States of \`${machine.field}\``,
    `A record starts as \`${machine.initial}\`${machine.initialOnly ? "; no other start is accepted" : ""}.`,
    code("mermaid", ["stateDiagram-v2", `  [*] --> ${machine.initial}`, ...arrows].join("\n")),
  ];
}

/** What a product that is no service of the generator's offers, as far as its manifest tells. */
function writeCommands(facts: DocumentFacts): string {
  const commands = Object.entries(facts.scripts).map(([name, script]) => [`\`npm run ${name}\``, `\`${script}\``]);
  return blocks([
    `# Interface of ${facts.name}`,
    facts.purpose,
    section("Commands", [table(["Command", "Runs"], commands)]),
    section("What the specification asks for", [
      list(facts.spec.requirements.slice(0, 100).map(({ id, text }) => `\`${id}\` ${text}`)),
    ]),
  ]);
}
