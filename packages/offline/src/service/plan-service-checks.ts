import type { Check, HttpStep } from "@ccb/core";
import { type CheckContext, checkCredential, request } from "./check/check-context.ts";
import { listSteps } from "./check/list-checks.ts";
import { accessSteps, recordSteps, validationSteps } from "./check/record-checks.ts";
import { integritySteps, transitionSteps } from "./check/rule-checks.ts";
import { planServiceParts, type ServicePart } from "./plan-service-parts.ts";
import { withArticle } from "./render/_source-text.ts";
import { endpointOf, isCreatable } from "./sample/model-facts.ts";
import type { EntityModel, ServiceModel } from "./service-model.ts";

/** An acceptance criterion of a service with the check that decides it. */
export interface ServiceCriterion {
  id: string;
  title: string;
  category: "functional" | "performance" | "security" | "integration";
  description: string;
  steps: string[];
  expectedResult: string;
  /** Ids of the service parts it is about. */
  parts: string[];
  check: Check;
}

/**
 * The criteria of a service, or of some of its parts: black-box checks computed from what the spec says, not from the
 * code that is rendered. Pure. Each check starts the service with a fresh database.
 */
export function planServiceChecks(model: ServiceModel, partIds?: readonly string[]): ServiceCriterion[] {
  return planServiceParts(model)
    .filter((part) => partIds === undefined || partIds.includes(part.id))
    .flatMap((part) => partCriteria(model, part));
}

function partCriteria(model: ServiceModel, part: ServicePart): ServiceCriterion[] {
  if (part.id === "foundation") return foundationCriteria(model);
  if (part.id === "api") return apiCriteria(model);
  return part.entities.flatMap((name) => {
    const entity = model.entities.find((candidate) => candidate.name === name);
    return entity === undefined ? [] : entityCriteria(model, entity, part.id);
  });
}

interface CriterionText {
  id: string;
  title: string;
  category?: ServiceCriterion["category"];
  description: string;
  expectedResult: string;
  part: string;
}

function httpCriterion(model: ServiceModel, text: CriterionText, requests: HttpStep[]): ServiceCriterion[] {
  if (requests.length === 0) return [];
  const { part, ...rest } = text;
  const env = {
    [model.environment.databaseFile]: "{{tmp}}/service.db",
    ...(model.auth === null ? {} : { [model.auth.environment]: checkCredential }),
  };
  const steps = ["Start the service with an empty database.", ...requests.map(describeStep)];
  const check: Check = { kind: "http", service: { command: "npm start", readyPath: model.healthPath, env }, requests };
  return [{ category: "functional", ...rest, steps, parts: [part], check }];
}

function describeStep({ name, method, path, expect }: HttpStep): string {
  return `${method} ${path} (${name ?? "request"}) answers ${[expect.status].flat().join(" or ")}.`;
}

function ownTests(part: string): ServiceCriterion {
  return {
    id: `${part}-own-tests`,
    title: "The service's own tests pass",
    category: "functional",
    description: "npm test runs the tests of the service against the service itself.",
    steps: ["Run npm test."],
    expectedResult: "The command ends with code 0.",
    parts: [part],
    check: { kind: "command", command: "npm test", timeoutMs: 300_000, expect: { exitCode: 0 } },
  };
}

function foundationCriteria(model: ServiceModel): ServiceCriterion[] {
  const health = { method: "GET", path: model.healthPath };
  const steps = [
    request(model, health, {
      name: "health",
      status: 200,
      headers: {},
      json: [{ path: "status", op: "equals", value: "ok" }],
      expectHeaders: { "content-type": "application/json" },
    }),
    request(
      model,
      { method: "DELETE", path: model.healthPath },
      { name: "a method that the path does not have", status: 405, expectHeaders: { allow: "GET" } },
    ),
    request(model, { method: "GET", path: "/no-such-path" }, { name: "an unknown path", status: 404 }),
  ];
  return [
    {
      id: "foundation-package",
      title: "The package can be started and tested, without dependencies",
      category: "functional",
      description: "package.json has the scripts start and test and names no dependency.",
      steps: ["Look at package.json."],
      expectedResult: "Both scripts are there.",
      parts: ["foundation"],
      check: {
        kind: "file",
        path: "package.json",
        expect: { exists: true, contains: ['"start":', '"test":', '"type": "module"'] },
      },
    },
    ...httpCriterion(
      model,
      {
        id: "foundation-answers",
        title: "The service answers",
        description: "Health, unknown paths and unknown methods are answered as specified.",
        expectedResult: "Every answer has the expected status.",
        part: "foundation",
      },
      steps,
    ),
    ownTests("foundation"),
  ];
}

function entityCriteria(model: ServiceModel, entity: EntityModel, part: string): ServiceCriterion[] {
  const names = entity.plural.replaceAll("_", " ");
  const slug = entity.plural.replaceAll("_", "-").slice(0, 40);
  const describe = (id: string, title: string, description: string): CriterionText => ({
    id: `${slug}-${id}`,
    title,
    description,
    expectedResult: "Every answer has the expected status and content.",
    part,
  });
  const context: CheckContext = { model, serial: 0 };
  const steps = isCreatable(model, entity)
    ? [
        ...httpCriterion(
          model,
          describe(
            "records",
            `Records of ${names}`,
            `${withArticle(entity.title).replace(/^a/, "A")} can be created, read, changed and deleted through the endpoints that the specification lists.`,
          ),
          recordSteps(context, entity),
        ),
        ...httpCriterion(
          model,
          describe(
            "validation",
            `Rules of the fields of ${names}`,
            `Each rule of each field of ${withArticle(entity.title)} is broken once; the answer names the field.`,
          ),
          validationSteps(context, entity),
        ),
        ...httpCriterion(
          model,
          describe(
            "lists",
            `Lists of ${names}`,
            `Lists of ${names} have pages, an order, filters and a search as specified.`,
          ),
          listSteps(context, entity),
        ),
        ...httpCriterion(
          model,
          describe(
            "integrity",
            `Relations of ${names}`,
            `What must be unique, exist or stand in order does, and nothing points to a record that is gone.`,
          ),
          integritySteps(context, entity),
        ),
        ...httpCriterion(
          model,
          describe(
            "states",
            `States of ${names}`,
            `The ${entity.states?.field ?? "state"} of ${withArticle(entity.title)} goes only where the specification lets it.`,
          ),
          transitionSteps(context, entity),
        ),
      ]
    : readOnlyCriteria(model, entity, part);
  const access = describe(
    "access",
    `Protection of ${names}`,
    `No endpoint of ${names} that needs a credential answers without it.`,
  );
  return [...steps, ...httpCriterion(model, { ...access, category: "security" }, accessSteps(context, entity))];
}

function readOnlyCriteria(model: ServiceModel, entity: EntityModel, part: string): ServiceCriterion[] {
  const list = endpointOf(entity, "list");
  if (list === undefined || list.parent !== undefined) return [];
  const text = {
    id: `${entity.plural.replaceAll("_", "-")}-lists`,
    title: `Lists of ${entity.plural}`,
    description: "The list is answered.",
    expectedResult: "Status 200.",
    part,
  };
  return httpCriterion(model, text, [
    request(model, { method: "GET", path: list.path }, { name: "list", status: 200 }),
  ]);
}

function apiCriteria(model: ServiceModel): ServiceCriterion[] {
  const described = model.entities
    .flatMap((entity) => entity.endpoints)
    .filter((endpoint) => !endpoint.path.includes("."));
  const json = [
    { path: "openapi", op: "matches" as const, value: "^3\\.1" },
    ...described.map((endpoint) => ({
      path: `paths.${endpoint.path}.${endpoint.method.toLowerCase()}`,
      op: "exists" as const,
    })),
  ];
  return [
    ...httpCriterion(
      model,
      {
        id: "api-description",
        title: "The API describes itself",
        category: "integration",
        description: "The OpenAPI document names every endpoint of the specification.",
        expectedResult: "Every endpoint is in the document.",
        part: "api",
      },
      [
        request(
          model,
          { method: "GET", path: model.openApiPath },
          { name: "description", status: 200, headers: {}, json },
        ),
      ],
    ),
    ownTests("api"),
  ];
}
