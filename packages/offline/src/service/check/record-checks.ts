import type { HttpStep } from "@ccb/core";
import { freeField } from "../render/test-context.ts";
import { endpointOf, sampledFields } from "../sample/model-facts.ts";
import { wrongSamples } from "../sample/sample-field.ts";
import type { EntityModel } from "../service-model.ts";
import {
  type CheckContext,
  checkPath,
  createParents,
  createRecord,
  type JsonBody,
  keyVariable,
  namesField,
  request,
  sampleBody,
  unknownKey,
} from "./check-context.ts";

/** Create, read, change, replace and delete one record, and meet an unknown id. */
export function recordSteps(context: CheckContext, entity: EntityModel): HttpStep[] {
  const { model } = context;
  const create = endpointOf(entity, "create");
  if (create === undefined) return [];
  const parents = createParents(context, entity);
  const body = sampleBody(context, entity);
  const echoed = sampledFields(entity).filter((field) => field.type !== "datetime" && body[field.name] !== undefined);
  const [step] = createRecord(context, entity, { body });
  if (step === undefined) return [];
  const json = [
    { path: entity.key, op: "exists" as const },
    ...echoed.map((field) => ({ path: field.name, op: "equals" as const, value: body[field.name] as string })),
    ...entity.fields
      .filter((field) => field.default !== undefined && body[field.name] === undefined)
      .map((field) => ({ path: field.name, op: "equals" as const, value: field.default as string })),
  ];
  const single = endpointOf(entity, "read");
  const location = single === undefined ? {} : { headers: { location: "/" } };
  return [
    ...parents,
    { ...step, expect: { ...step.expect, json, ...location } },
    ...readSteps(context, entity, body),
    ...changeSteps(context, entity),
    ...removeSteps(context, entity),
    ...(single === undefined
      ? []
      : [
          request(
            model,
            { method: "GET", path: checkPath(model, single).replace(`{{${keyVariable(entity)}}}`, unknownKey(entity)) },
            { name: "read an unknown id", status: 404 },
          ),
        ]),
  ];
}

function readSteps({ model }: CheckContext, entity: EntityModel, body: JsonBody): HttpStep[] {
  const read = endpointOf(entity, "read");
  const field = sampledFields(entity).find((candidate) => candidate.type === "string" || candidate.type === "text");
  if (read === undefined) return [];
  const json =
    field === undefined ? [] : [{ path: field.name, op: "equals" as const, value: body[field.name] as string }];
  return [
    request(
      model,
      { method: "GET", path: checkPath(model, read) },
      { name: `read the ${entity.title}`, status: 200, json },
    ),
  ];
}

function changeSteps(context: CheckContext, entity: EntityModel): HttpStep[] {
  const { model } = context;
  const field = freeField(entity);
  const steps: HttpStep[] = [];
  const update = endpointOf(entity, "update");
  if (update !== undefined && field !== undefined) {
    const value = sampleBody(context, entity)[field.name];
    const body: JsonBody = value === undefined ? {} : { [field.name]: value };
    const json = value === undefined ? [] : [{ path: field.name, op: "equals" as const, value: value as string }];
    steps.push(
      request(
        model,
        { method: "PATCH", path: checkPath(model, update) },
        { name: `change the ${field.name}`, status: 200, body, json },
      ),
    );
  }
  const replace = endpointOf(entity, "replace");
  if (replace !== undefined) {
    const body = sampleBody(context, entity);
    const json =
      field === undefined || body[field.name] === undefined
        ? []
        : [{ path: field.name, op: "equals" as const, value: body[field.name] as string }];
    steps.push(
      request(
        model,
        { method: "PUT", path: checkPath(model, replace) },
        { name: `replace the ${entity.title}`, status: 200, body, json },
      ),
    );
  }
  return steps;
}

function removeSteps({ model }: CheckContext, entity: EntityModel): HttpStep[] {
  const remove = endpointOf(entity, "remove");
  if (remove === undefined) return [];
  const target = { method: "DELETE", path: checkPath(model, remove) };
  return [
    request(model, target, { name: `delete the ${entity.title}`, status: 204 }),
    request(model, target, { name: "delete it again", status: 404 }),
  ];
}

/** Each rule of each field broken once. */
export function validationSteps(context: CheckContext, entity: EntityModel): HttpStep[] {
  const { model } = context;
  const create = endpointOf(entity, "create");
  if (create === undefined) return [];
  const path = checkPath(model, create);
  const fields = entity.fields.filter((field) => !field.readOnly && field.name !== create.parent?.field);
  const steps = fields.flatMap((field) =>
    wrongSamples(field).map(({ value, words }) =>
      request(
        model,
        { method: "POST", path },
        {
          name: `refuse: ${field.name} ${words}`,
          status: model.status.validation,
          body: { ...sampleBody(context, entity), [field.name]: value as string },
          json: namesField(model, field.name),
        },
      ),
    ),
  );
  return steps.length === 0 ? [] : [...createParents(context, entity), ...steps];
}

/** Requests without a credential and with a wrong one. */
export function accessSteps(context: CheckContext, entity: EntityModel): HttpStep[] {
  const { model } = context;
  const { auth } = model;
  if (auth === null) return [];
  const wrong = auth.scheme === "bearer" ? "Bearer wrong" : "wrong";
  return entity.endpoints
    .filter((endpoint) => !endpoint.public)
    .flatMap((endpoint) => {
      const path = endpoint.path.replaceAll(/\{\w+\}/g, "00000000-0000-4000-8000-000000000000");
      const target = { method: endpoint.method, path };
      const shared = {
        status: 401,
        expectHeaders: { "www-authenticate": auth.scheme === "bearer" ? "Bearer" : "ApiKey" },
      };
      return [
        request(model, target, {
          ...shared,
          name: `${endpoint.method} ${endpoint.path} without a credential`,
          headers: {},
        }),
        request(model, target, {
          ...shared,
          name: `${endpoint.method} ${endpoint.path} with a wrong one`,
          headers: { [auth.header]: wrong },
        }),
      ];
    });
}
