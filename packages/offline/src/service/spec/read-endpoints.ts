import type { EndpointModel, EntityModel, SourceSpan } from "../service-model.ts";
import { actionTarget } from "./_action-target.ts";
import { nameKey, splitWords } from "./_names.ts";
import type { ServiceDraft } from "./draft.ts";
import { findListedEndpoints, type ListedEndpoint } from "./find-listed-endpoints.ts";

/** Fills the endpoints of all entities: those the spec lists, else create, read, update and delete. */
export function readEndpoints(draft: ServiceDraft): void {
  const listed = findListedEndpoints(draft);
  const definitions = listed.filter((endpoint) => endpoint.definition);
  for (const endpoint of definitions) placeEndpoint(draft, endpoint);
  for (const entity of draft.entities) {
    if (entity.endpoints.every(isListOfParent)) addMissing(entity, crudEndpoints(draft, entity));
  }
  for (const endpoint of listed) if (!endpoint.definition) placeEndpoint(draft, endpoint);
  for (const entity of draft.entities) for (const endpoint of entity.endpoints) addParentField(draft, entity, endpoint);
}

/** The records of a parent, listed: by itself no way to make or read one. */
function isListOfParent(endpoint: EndpointModel): boolean {
  return endpoint.action === "list" && endpoint.parent !== undefined;
}

function addMissing(entity: EntityModel, endpoints: readonly EndpointModel[]): void {
  const isKnown = (wanted: EndpointModel) =>
    entity.endpoints.some(({ method, path }) => method === wanted.method && samePath(path, wanted.path));
  entity.endpoints.push(...endpoints.filter((endpoint) => !isKnown(endpoint)));
}

/** Adds the usual endpoints of some actions to an entity, for a sentence that asks for them. */
export function offerActions(
  draft: ServiceDraft,
  entity: EntityModel,
  actions: readonly EndpointModel["action"][],
): void {
  const offered = new Set(entity.endpoints.map(({ action }) => action));
  const wanted = crudEndpoints(draft, entity).filter(({ action }) => actions.includes(action) && !offered.has(action));
  addMissing(entity, wanted);
}

/** The description of a listed endpoint is free prose; so many of its words may be unknown. */
const wordsOfDescription = 6;

function placeEndpoint(draft: ServiceDraft, listed: ListedEndpoint): void {
  const { statement, method, path, span } = listed;
  const parts = [`endpoint:${method} ${path}`];
  const system = systemPath(draft, listed);
  if (system !== undefined) {
    statement?.parts.push(system);
    return;
  }
  const resolved = resolveEndpoint(draft, listed);
  if (typeof resolved === "string") {
    if (statement !== undefined) statement.reason ??= resolved;
    return;
  }
  const entity = draft.entities.find((candidate) => candidate.name === resolved.entity);
  if (entity === undefined) return;
  const known = entity.endpoints.find(
    (other) => other.method === resolved.method && samePath(other.path, resolved.path),
  );
  if (known === undefined) entity.endpoints.push({ ...resolved, ...(span === undefined ? {} : { span }) });
  if (statement === undefined) return;
  statement.parts.push(...parts, `entity:${entity.name}`);
  if (listed.definition) statement.tolerance = wordsOfDescription;
}

function samePath(left: string, right: string): boolean {
  return left.replaceAll(/\{\w+\}/g, "{}") === right.replaceAll(/\{\w+\}/g, "{}");
}

function systemPath(draft: ServiceDraft, { method, path }: ListedEndpoint): string | undefined {
  if (method !== "GET") return undefined;
  if (/^\/(?:[\w-]+\/)*(?:health|healthz|status|ping|live|ready|readyz|livez)$/i.test(path)) {
    if (/health/i.test(path)) draft.healthPath = path;
    return path === draft.healthPath ? "feature:health" : undefined;
  }
  if (/openapi(?:\.json)?$/i.test(path)) {
    draft.openApiPath = path;
    return "feature:openapi";
  }
  return undefined;
}

interface PathSegment {
  text: string;
  param?: string;
}

/** Works out what an endpoint does; a text is the reason why no rule builds it. */
function resolveEndpoint(draft: ServiceDraft, listed: ListedEndpoint): EndpointModel | string {
  const segments = splitPath(listed.path);
  const from = segments.findIndex(({ text, param }) => param === undefined && findExact(draft, text) !== undefined);
  if (from === -1) return `no entity of the spec matches the path ${listed.path}`;
  const tail = segments.slice(from);
  const base = { method: listed.method, path: joinPath(segments), public: listed.public };
  const [collection, item, second, third] = tail;
  const owner = findExact(draft, collection?.text ?? "");
  if (owner === undefined || tail.length > 4)
    return `the path ${listed.path} has more levels than the generator builds`;
  if (second !== undefined && item?.param !== undefined) {
    const child = second.param === undefined ? findExact(draft, second.text) : undefined;
    if (child === undefined) {
      if (third !== undefined) return `no rule builds ${listed.method} ${listed.path}`;
      return resolveAction(draft, listed, { base, owner, param: item.param, verb: second.text });
    }
    const parent = { entity: owner.name, field: parentField(child, owner), param: item.param };
    return resolveCrud(listed, {
      base,
      entity: child,
      parent,
      param: third?.param,
      extra: third !== undefined && third.param === undefined,
    });
  }
  return resolveCrud(listed, {
    base,
    entity: owner,
    param: item?.param,
    extra: item !== undefined && item.param === undefined,
  });
}

function findExact(draft: ServiceDraft, text: string): EntityModel | undefined {
  return draft.entities.find((entity) => nameKey(entity.name) === nameKey(text));
}

interface CrudTarget {
  base: Pick<EndpointModel, "method" | "path" | "public">;
  entity: EntityModel;
  parent?: NonNullable<EndpointModel["parent"]>;
  param?: string | undefined;
  extra: boolean;
}

function resolveCrud(
  listed: ListedEndpoint,
  { base, entity, parent, param, extra }: CrudTarget,
): EndpointModel | string {
  const actions =
    param === undefined
      ? { GET: "list", POST: "create" }
      : { GET: "read", PUT: "replace", PATCH: "update", DELETE: "remove" };
  const action = (actions as Record<string, EndpointModel["action"]>)[listed.method];
  if (action === undefined || extra) return `no rule builds ${listed.method} ${listed.path}`;
  return {
    ...base,
    action,
    entity: entity.name,
    ...(param === undefined ? {} : { param }),
    ...(parent === undefined ? {} : { parent }),
  };
}

interface ActionTarget {
  base: CrudTarget["base"];
  owner: EntityModel;
  param: string;
  verb: string;
}

function resolveAction(
  draft: ServiceDraft,
  listed: ListedEndpoint,
  { base, owner, param, verb }: ActionTarget,
): EndpointModel | string {
  const to =
    listed.method === "GET" || listed.method === "DELETE"
      ? undefined
      : actionTarget(draft, owner, { verb, description: listed.description });
  if (to === undefined) return `no rule says what ${listed.method} ${listed.path} does`;
  ensureStates(owner, to, listed.span);
  return { ...base, action: "transition", entity: owner.name, param, to };
}

/** Without a list of transitions an action is allowed from every other state. */
function ensureStates(entity: EntityModel, to: string, span: SourceSpan | undefined): void {
  if (entity.states !== undefined) return;
  const field = entity.fields.find((candidate) => candidate.values?.includes(to));
  const values = field?.values ?? [];
  if (field === undefined) return;
  const allowed = Object.fromEntries(values.map((from) => [from, values.filter((value) => value !== from)]));
  const initial = typeof field.default === "string" ? field.default : (values[0] ?? "");
  entity.states = {
    field: field.name,
    initial,
    initialOnly: false,
    allowed,
    stamps: {},
    spans: span === undefined ? [] : [span],
  };
}

function splitPath(path: string): PathSegment[] {
  const used = new Map<string, number>();
  return path
    .split("/")
    .filter((part) => part !== "")
    .map((part) => {
      const name = /^(?:\{(\w[\w-]*)\}|:(\w[\w-]*)|<(?:\w+:)?(\w[\w-]*)>|\[(\w+)\])$/.exec(part);
      const word = name?.[1] ?? name?.[2] ?? name?.[3] ?? name?.[4];
      if (word === undefined) return { text: part };
      const base = word.replaceAll("-", "_");
      const count = used.get(base) ?? 0;
      used.set(base, count + 1);
      return { text: part, param: count === 0 ? base : `${base}_${count + 1}` };
    });
}

function joinPath(segments: readonly PathSegment[]): string {
  return `/${segments.map(({ text, param }) => (param === undefined ? text : `{${param}}`)).join("/")}`;
}

function parentField(child: EntityModel, parent: EntityModel): string {
  const found = child.fields.find((field) => field.reference?.entity === parent.name);
  if (found !== undefined) return found.name;
  const camel = child.fields.some((field) => /[a-z][A-Z]/.test(field.name));
  const words = splitWords(parent.name);
  return camel
    ? `${words[0]}${words
        .slice(1)
        .map((word) => word[0]?.toUpperCase() + word.slice(1))
        .join("")}Id`
    : `${words.join("_")}_id`;
}

function addParentField(draft: ServiceDraft, entity: EntityModel, endpoint: EndpointModel): void {
  const { parent } = endpoint;
  if (parent === undefined || entity.fields.some((field) => field.name === parent.field)) return;
  const owner = draft.entities.find((candidate) => candidate.name === parent.entity);
  const type = owner?.fields.find((field) => field.name === owner.key)?.type ?? "uuid";
  const reference = { entity: parent.entity, onDelete: "cascade" as const };
  entity.fields.splice(1, 0, {
    name: parent.field,
    type,
    required: true,
    unique: false,
    readOnly: false,
    writeOnce: false,
    reference,
  });
}

function crudEndpoints(draft: ServiceDraft, entity: EntityModel): EndpointModel[] {
  const collection = `${draft.basePath}/${entity.plural.replaceAll("_", "-")}`;
  const item = `${collection}/{${entity.key}}`;
  const shared = { entity: entity.name, public: false };
  const single = { ...shared, path: item, param: entity.key };
  return [
    { ...shared, method: "GET", path: collection, action: "list" },
    { ...shared, method: "POST", path: collection, action: "create" },
    { ...single, method: "GET", action: "read" },
    { ...single, method: "PUT", action: "replace" },
    { ...single, method: "PATCH", action: "update" },
    { ...single, method: "DELETE", action: "remove" },
  ];
}
