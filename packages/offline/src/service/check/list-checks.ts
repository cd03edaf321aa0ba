import type { HttpStep, JsonAssertion } from "@ccb/core";
import { endpointOf, sampledFields, uniqueSets } from "../sample/model-facts.ts";
import type { EntityModel } from "../service-model.ts";
import {
  type CheckContext,
  checkPath,
  createParents,
  createRecord,
  type JsonBody,
  joinPath,
  keyVariable,
  pathInShape,
  request,
  sampleBody,
} from "./check-context.ts";

interface ListTarget {
  context: CheckContext;
  entity: EntityModel;
  path: string;
  items: string;
  total: string | undefined;
  /** Bodies of the records that were created, oldest first. */
  bodies: JsonBody[];
}

/** Three records, then everything the list promises: totals, pages, order, filters, search. */
export function listSteps(context: CheckContext, entity: EntityModel): HttpStep[] {
  const list = endpointOf(entity, "list");
  if (list === undefined || endpointOf(entity, "create") === undefined) return [];
  const own = uniqueSets(entity).some((names) => names.every((name) => isReference(entity, name)));
  const suffixes = own ? ["", "_second", "_third"] : ["", "", ""];
  const parents = own
    ? suffixes.flatMap((suffix) => createParents(context, entity, suffix))
    : createParents(context, entity);
  const bodies = suffixes.map((suffix) => sampleBody(context, entity, suffix));
  const target: ListTarget = {
    context,
    entity,
    path: checkPath(context.model, list),
    items: pathInShape(context.model.listShape, "$items") ?? "items",
    total: pathInShape(context.model.listShape, "$total"),
    bodies,
  };
  return [
    ...parents,
    ...bodies.flatMap((body, index) =>
      createRecord(context, entity, { body, suffix: "" }).map((step) => ({
        ...step,
        save: { [keyVariable(entity, `_${index + 1}`)]: entity.key },
      })),
    ),
    allStep(target),
    ...pageSteps(target),
    ...sortSteps(target),
    ...filterSteps(target),
    ...searchSteps(target),
  ];
}

function isReference(entity: EntityModel, name: string): boolean {
  return entity.fields.some((field) => field.name === name && field.reference !== undefined);
}

function get(
  target: ListTarget,
  query: string,
  options: { name: string; status?: number; json?: JsonAssertion[] },
): HttpStep {
  const path = query === "" ? target.path : `${target.path}?${query}`;
  return request(target.context.model, { method: "GET", path }, { status: 200, ...options });
}

function allStep(target: ListTarget): HttpStep {
  const json: JsonAssertion[] = [{ path: target.items, op: "length", value: 3 }];
  if (target.total !== undefined) json.push({ path: target.total, op: "equals", value: 3 });
  return get(target, "", { name: `list all ${target.entity.plural.replaceAll("_", " ")}`, json });
}

function pageSteps(target: ListTarget): HttpStep[] {
  const { pagination, status } = target.context.model;
  if (pagination.style === "none") return [];
  const { sizeParam, positionParam, maxSize, overflow } = pagination;
  const [first, second] = pagination.style === "page" ? [1, 2] : [0, 2];
  return [
    get(target, `${sizeParam}=2&${positionParam}=${first}`, {
      name: "first page of two",
      json: [{ path: target.items, op: "length", value: 2 }],
    }),
    get(target, `${sizeParam}=2&${positionParam}=${second}`, {
      name: "second page",
      json: [{ path: target.items, op: "length", value: 1 }],
    }),
    get(target, `${sizeParam}=0`, { name: "refuse an empty page", status: status.validation }),
    get(target, `${sizeParam}=${maxSize + 1}`, {
      name: overflow === "reject" ? "refuse a page that is too large" : "cap a page that is too large",
      status: overflow === "reject" ? status.validation : 200,
    }),
  ];
}

function sortSteps(target: ListTarget): HttpStep[] {
  const { entity, bodies, items } = target;
  const { sort, status } = target.context.model;
  const field = sampledFields(entity).find(
    (candidate) =>
      entity.sortable.includes(candidate.name) &&
      ["string", "text", "integer", "number", "date", "email"].includes(candidate.type) &&
      isDistinct(bodies, candidate.name),
  );
  const refuse = get(target, `${sort.param}=no_such_field`, {
    name: "refuse an unknown sort field",
    status: status.validation,
  });
  if (field === undefined) return [refuse];
  const values = bodies.map((body) => body[field.name] as string | number).toSorted(order);
  const down =
    sort.orderParam === null ? `${sort.param}=-${field.name}` : `${sort.param}=${field.name}&${sort.orderParam}=desc`;
  const equals = (index: number, value: string | number): JsonAssertion => ({
    path: joinPath(items, String(index), field.name),
    op: "equals",
    value,
  });
  const [low, , high] = values;
  if (low === undefined || high === undefined) return [refuse];
  return [
    get(target, `${sort.param}=${field.name}`, {
      name: `sort by ${field.name}, ascending`,
      json: [equals(0, low), equals(2, high)],
    }),
    get(target, down, { name: `sort by ${field.name}, descending`, json: [equals(0, high), equals(2, low)] }),
    refuse,
  ];
}

function order(left: string | number, right: string | number): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function isDistinct(bodies: readonly JsonBody[], name: string): boolean {
  return (
    new Set(bodies.map((body) => JSON.stringify(body[name]))).size === bodies.length &&
    bodies.every((body) => body[name] !== undefined)
  );
}

function filterSteps(target: ListTarget): HttpStep[] {
  const { entity, bodies, items } = target;
  const names = sampledFields(entity).map((field) => field.name);
  return Object.entries(entity.filters).flatMap(([param, { field, test }]) => {
    const value = bodies[0]?.[field];
    if (
      test !== "equals" ||
      !names.includes(field) ||
      value === undefined ||
      value === null ||
      typeof value === "object" ||
      entity.fields.find((candidate) => candidate.name === field)?.type === "datetime"
    )
      return [];
    const count = bodies.filter((body) => body[field] === value).length;
    return [
      get(target, `${param}=${encodeURIComponent(String(value))}`, {
        name: `filter by ${param}`,
        json: [
          { path: items, op: "length", value: count },
          { path: joinPath(items, "0", field), op: "equals", value },
        ],
      }),
    ];
  });
}

function searchSteps(target: ListTarget): HttpStep[] {
  const { entity, bodies, items } = target;
  const field = sampledFields(entity).find((candidate) => entity.searchable.includes(candidate.name));
  const text = field === undefined ? undefined : bodies[0]?.[field.name];
  if (typeof text !== "string") return [];
  const { searchParam } = target.context.model;
  return [
    get(target, `${searchParam}=${encodeURIComponent(text)}`, {
      name: "find a text",
      json: [{ path: joinPath(items, "0", entity.key), op: "exists" }],
    }),
    get(target, `${searchParam}=no%20such%20text`, {
      name: "find nothing",
      json: [{ path: items, op: "length", value: 0 }],
    }),
  ];
}
