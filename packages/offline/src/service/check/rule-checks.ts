import type { HttpStep } from "@ccb/core";
import { withArticle } from "../render/_source-text.ts";
import { endpointOf, entityNamed, isCreatable, pathToState, uniqueSets } from "../sample/model-facts.ts";
import type { EndpointModel, EntityModel } from "../service-model.ts";
import {
  type CheckContext,
  checkPath,
  createParents,
  createRecord,
  type JsonBody,
  namesField,
  request,
  sampleBody,
  unknownKey,
} from "./check-context.ts";

/** What must be unique, what must exist, what must stand in order. */
export function integritySteps(context: CheckContext, entity: EntityModel): HttpStep[] {
  const create = endpointOf(entity, "create");
  if (create === undefined) return [];
  const steps = [
    ...uniqueSteps(context, entity, create),
    ...comparisonSteps(context, entity, create),
    ...referenceSteps(context, entity, create),
  ];
  const deletions = deleteSteps(context, entity);
  return steps.length + deletions.length === 0 ? [] : [...createParents(context, entity), ...steps, ...deletions];
}

function uniqueSteps(context: CheckContext, entity: EntityModel, create: EndpointModel): HttpStep[] {
  const { model } = context;
  const sets = uniqueSets(entity).filter((names) =>
    names.every((name) => entity.fields.some((field) => field.name === name && !field.readOnly)),
  );
  return sets.flatMap((names) => {
    const first = sampleBody(context, entity);
    if (names.some((name) => first[name] === undefined)) return [];
    const second = {
      ...sampleBody(context, entity),
      ...Object.fromEntries(names.map((name) => [name, first[name] ?? null])),
    };
    const again = request(
      model,
      { method: "POST", path: checkPath(model, create) },
      {
        name: `refuse a second ${entity.title} with the same ${names.join(" and ")}`,
        status: model.status.unique,
        body: second,
      },
    );
    return [...createRecord(context, entity, { body: first }), again];
  });
}

function comparisonSteps(context: CheckContext, entity: EntityModel, create: EndpointModel): HttpStep[] {
  const { model } = context;
  return entity.comparisons.flatMap(({ field, other }) => {
    const body = sampleBody(context, entity);
    const [larger, smaller] = [body[field], body[other]];
    if (larger === undefined || smaller === undefined) return [];
    const wrong: JsonBody = { ...body, [field]: smaller, [other]: larger };
    const single = entity.comparisons.length === 1 ? { json: namesField(model, field) } : {};
    return [
      request(
        model,
        { method: "POST", path: checkPath(model, create) },
        {
          name: `refuse ${field} and ${other} in the wrong order`,
          status: model.status.validation,
          body: wrong,
          ...single,
        },
      ),
    ];
  });
}

function referenceSteps(context: CheckContext, entity: EntityModel, create: EndpointModel): HttpStep[] {
  const { model } = context;
  return entity.fields.flatMap((field) => {
    const target = entityNamed(model, field.reference?.entity);
    if (target === undefined || field.readOnly) return [];
    const key = unknownKey(target);
    const inPath = create.parent?.field === field.name;
    const path = inPath ? create.path.replaceAll(/\{\w+\}/g, key) : checkPath(model, create);
    const value = /^\d+$/.test(key) ? Number(key) : key;
    const body = { ...sampleBody(context, entity), [field.name]: value };
    return [
      request(
        model,
        { method: "POST", path },
        { name: `refuse an unknown ${target.title}`, status: inPath ? 404 : model.status.validation, body },
      ),
    ];
  });
}

function deleteSteps(context: CheckContext, entity: EntityModel): HttpStep[] {
  const { model } = context;
  return entity.fields.flatMap((field) => {
    const owner = entityNamed(model, field.reference?.entity);
    const remove = owner === undefined || owner === entity ? undefined : endpointOf(owner, "remove");
    if (
      owner === undefined ||
      remove === undefined ||
      remove.parent !== undefined ||
      !field.required ||
      field.reference === undefined
    )
      return [];
    if (entity.fields.some((other) => other !== field && other.required && other.reference?.entity === owner.name))
      return [];
    const suffix = `_of_${field.name}`;
    const restricted = field.reference.onDelete === "restrict";
    const steps = [
      ...createRecord(context, entity, { suffix }),
      request(
        model,
        { method: "DELETE", path: checkPath(model, remove, suffix) },
        {
          name: restricted
            ? `refuse to delete ${withArticle(owner.title)} that is still used`
            : `delete the ${owner.title}`,
          status: restricted ? 409 : 204,
        },
      ),
    ];
    const read = endpointOf(entity, "read");
    if (restricted || read === undefined || read.parent !== undefined) return steps;
    return [
      ...steps,
      request(
        model,
        { method: "GET", path: checkPath(model, read, suffix) },
        { name: `the ${entity.title} is gone with it`, status: 404 },
      ),
    ];
  });
}

/** Every state that can be reached is reached, and one forbidden step is tried from each. */
export function transitionSteps(context: CheckContext, entity: EntityModel): HttpStep[] {
  const { states } = entity;
  if (states === undefined || !isCreatable(context.model, entity)) return [];
  const frozen = entity.frozen?.values ?? [];
  return Object.keys(states.allowed).flatMap((state, index) => {
    const way = pathToState(entity, state);
    if (way === undefined || way.slice(0, -1).some((step) => frozen.includes(step))) return [];
    const suffix = `_${index + 1}`;
    const steps = way.slice(1).map((to) => moveStep(context, entity, { to, suffix, status: 200 }));
    if (steps.some((step) => step === undefined)) return [];
    const forbidden = Object.keys(states.allowed).find((to) => to !== state && !states.allowed[state]?.includes(to));
    const refused =
      forbidden === undefined
        ? undefined
        : moveStep(context, entity, {
            to: forbidden,
            suffix,
            status: frozen.includes(state) ? 409 : context.model.status.transition,
          });
    const all = [...steps, refused].filter((step) => step !== undefined);
    return all.length === 0 ? [] : [...createRecord(context, entity, { suffix }), ...all];
  });
}

interface Move {
  to: string;
  suffix: string;
  status: number;
}

/** One change of state: by its action endpoint where there is one, else by PATCH. */
function moveStep({ model }: CheckContext, entity: EntityModel, { to, suffix, status }: Move): HttpStep | undefined {
  const { states } = entity;
  const action = entity.endpoints.find((endpoint) => endpoint.action === "transition" && endpoint.to === to);
  const update = endpointOf(entity, "update");
  const field = entity.fields.find((candidate) => candidate.name === states?.field);
  const endpoint = action ?? (field?.readOnly === true ? undefined : update);
  if (endpoint === undefined || states === undefined) return undefined;
  const stamps = (states.stamps[to] ?? []).map((name) => ({ path: name, op: "type" as const, value: "string" }));
  const json = status === 200 ? [{ path: states.field, op: "equals" as const, value: to }, ...stamps] : [];
  const name = `${status === 200 ? "move" : "refuse to move"} ${withArticle(entity.title)} to ${to}`;
  const path = checkPath(model, endpoint, suffix);
  return request(
    model,
    { method: endpoint.method, path },
    { name, status, json, ...(action === undefined ? { body: { [states.field]: to } } : {}) },
  );
}
