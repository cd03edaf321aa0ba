import { endpointOf, isCreatable } from "./sample/model-facts.ts";
import type { EntityModel, ServiceModel } from "./service-model.ts";

/** A piece of work on a generated service: it can be built, tested and committed on its own once its dependencies are there. */
export interface ServicePart {
  id: string;
  title: string;
  description: string;
  dependsOn: string[];
  /** Names of the entities the part makes. */
  entities: string[];
  /** Names as `explainRequirement` gives them: `entity:task`, `feature:auth`, `endpoint:GET /tasks`. */
  provides: string[];
  /** Paths of the files the part writes, relative to the project. */
  files: string[];
}

const most = 6;

const foundationFeatures = [
  "health",
  "storage",
  "shutdown",
  "platform",
  "configuration",
  "json",
  "tests",
  "not-found",
  "method-not-allowed",
  "error-privacy",
  "open-access",
];
const hardeningFeatures = [
  "openapi",
  "malformed-json",
  "content-type",
  "body-limit",
  "prepared-statements",
  "unknown-fields",
];
const entityFeatures = [
  "auth",
  "list",
  "pagination",
  "sort",
  "filter",
  "search",
  "timestamps",
  "ids",
  "validation",
  "unique",
  "conflict",
  "references",
  "create-answer",
  "delete-answer",
  "partial-update",
  "replace",
];

/** The parts of a service in the order in which they are built: foundation, entities (grouped when there are many), description and hardening. */
export function planServiceParts(model: ServiceModel): ServicePart[] {
  const groups = groupEntities(orderEntities(model));
  const entityParts = groups.map((group, index) => planEntityPart(model, group, { earlier: groups.slice(0, index) }));
  return [planFoundation(model), ...entityParts, planApiPart(model, entityParts)];
}

/** Entities after those they point to; circles are cut where they are met. */
function orderEntities(model: ServiceModel): EntityModel[] {
  const ordered: EntityModel[] = [];
  const visit = (entity: EntityModel, path: readonly EntityModel[]): void => {
    if (ordered.includes(entity) || path.includes(entity)) return;
    for (const field of entity.fields) {
      const target = model.entities.find((candidate) => candidate.name === field.reference?.entity);
      if (target !== undefined) visit(target, [...path, entity]);
    }
    ordered.push(entity);
  };
  for (const entity of model.entities) visit(entity, []);
  return ordered;
}

function groupEntities(ordered: readonly EntityModel[]): EntityModel[][] {
  const size = Math.max(1, Math.ceil(ordered.length / most));
  const groups: EntityModel[][] = [];
  for (let index = 0; index < ordered.length; index += size) groups.push(ordered.slice(index, index + size));
  return mergeCircles(groups);
}

/** Groups that need each other become one, so that each part runs with the parts before it. */
function mergeCircles(groups: EntityModel[][]): EntityModel[][] {
  for (let index = groups.length - 1; index > 0; index -= 1) {
    const later = groups
      .slice(index)
      .flat()
      .map((entity) => entity.name);
    const first = groups.findIndex(
      (group, position) =>
        position < index &&
        group.some((entity) =>
          entity.fields.some((field) => field.reference !== undefined && later.includes(field.reference.entity)),
        ),
    );
    if (first !== -1)
      return mergeCircles([
        ...groups.slice(0, first),
        groups.slice(first, index + 1).flat(),
        ...groups.slice(index + 1),
      ]);
  }
  return groups;
}

function planFoundation(model: ServiceModel): ServicePart {
  return {
    id: "foundation",
    title: "Foundation",
    description: `The ${model.title} service without records: package, server with graceful shutdown, HTTP kernel, database, validation, ${model.auth === null ? "" : "check of the credential, "}errors and the health endpoint, with tests.`,
    dependsOn: [],
    entities: [],
    provides: [...foundationFeatures, ...(model.auth === null ? [] : ["auth"])].map((name) => `feature:${name}`),
    files: foundationFiles(model),
  };
}

function planEntityPart(
  model: ServiceModel,
  group: readonly EntityModel[],
  { earlier }: { earlier: readonly EntityModel[][] },
): ServicePart {
  const names = group.map((entity) => entity.plural.replaceAll("_", " "));
  const targets = group.flatMap((entity) =>
    entity.fields.flatMap((field) => (field.reference === undefined ? [] : [field.reference.entity])),
  );
  const needed = earlier.filter((other) => other.some((entity) => targets.includes(entity.name))).map(partId);
  const endpoints = group.flatMap((entity) =>
    entity.endpoints.map((endpoint) => `${endpoint.method} ${endpoint.path}`),
  );
  return {
    id: partId(group),
    title: `${names.join(", ").replace(/^./, (letter) => letter.toUpperCase())}`,
    description: `Table, rules, endpoints and tests of ${names.join(", ")}: ${endpoints.join("; ")}.`,
    dependsOn: ["foundation", ...needed],
    entities: group.map((entity) => entity.name),
    provides: [
      ...group.flatMap((entity) => [
        `entity:${entity.name}`,
        ...(entity.states === undefined ? [] : [`transitions:${entity.name}`]),
      ]),
      ...endpoints.map((endpoint) => `endpoint:${endpoint}`),
      ...entityFeatures.map((name) => `feature:${name}`),
    ],
    files: group.flatMap((entity) => entityFiles(model, entity)),
  };
}

function partId(group: readonly EntityModel[]): string {
  return group.length === 1 ? `entity:${group[0]?.name}` : `entities:${group.map((entity) => entity.name).join("+")}`;
}

function planApiPart(model: ServiceModel, entityParts: readonly ServicePart[]): ServicePart {
  return {
    id: "api",
    title: "API description and hardening",
    description: `The OpenAPI 3.1 description at ${model.openApiPath}, made from the definitions the server runs on, and tests of how the service meets bad input.`,
    dependsOn: ["foundation", ...entityParts.map((part) => part.id)],
    entities: [],
    provides: hardeningFeatures.map((name) => `feature:${name}`),
    files: apiFiles,
  };
}

function foundationFiles(model: ServiceModel): string[] {
  return [
    "package.json",
    "src/app.js",
    "src/data/database.js",
    "src/data/rows.js",
    "src/data/store.js",
    "src/endpoints/health.js",
    "src/environment.js",
    ...(model.auth === null ? [] : ["src/http/auth.js"]),
    "src/http/error-body.js",
    "src/http/errors.js",
    "src/http/list-body.js",
    "src/http/request.js",
    "src/http/respond.js",
    "src/http/router.js",
    "src/resource/actions.js",
    "src/resource/check-value.js",
    "src/resource/definition.js",
    "src/resource/list-query.js",
    "src/resource/load.js",
    "src/resource/states.js",
    "src/resource/validate.js",
    "src/server.js",
    "src/settings.js",
    "tests/foundation.test.js",
    "tests/process.test.js",
    "tests/support.js",
  ];
}

function entityFiles(model: ServiceModel, entity: EntityModel): string[] {
  const creatable = isCreatable(model, entity);
  const list = endpointOf(entity, "list");
  return [
    `src/resources/${entity.plural}.js`,
    ...(creatable ? [`tests/samples/${entity.plural}.js`] : []),
    ...(creatable || (list !== undefined && list.parent === undefined) ? [`tests/${entity.plural}.test.js`] : []),
  ];
}

const apiFiles = [
  "src/endpoints/openapi.js",
  "src/openapi/describe-api.js",
  "src/openapi/parameters.js",
  "src/openapi/schemas.js",
  "tests/hardening.test.js",
  "tests/openapi.test.js",
];
