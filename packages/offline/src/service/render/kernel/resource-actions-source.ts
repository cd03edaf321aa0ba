/** Text of `src/resource/actions.js` in a generated service. */
export const resourceActionsSource = `import { randomUUID } from "node:crypto";
import { quote } from "../data/store.js";
import { notFound } from "../http/errors.js";
import { listBody } from "../http/list-body.js";
import { parseListQuery } from "./list-query.js";
import { checkFrozen, checkInitialState, checkTransition, refusedTransition, stampState } from "./states.js";
import { validateBody } from "./validate.js";

/**
 * What the routes of a resource do.
 *
 * @param {import("./definition.js").Resource} resource
 * @param {{ stores: Map<string, ReturnType<typeof import("../data/store.js").createStore>>, resources: import("./definition.js").Resource[], now: () => Date }} context
 */
export function createActions(resource, context) {
  const store = context.stores.get(resource.name);
  const exists = (name, id) => context.stores.get(name)?.get(id) !== undefined;

  function requireItem(route, params) {
    const item = store.get(parseKey(resource, params[route.param]));
    if (item === undefined) throw notFound(resource.title);
    if (route.parent !== undefined && String(item[route.parent.field]) !== params[route.parent.param]) {
      throw notFound(resource.title);
    }
    return item;
  }

  function requireParent(route, params) {
    if (route.parent === undefined) return {};
    const parent = context.resources.find((candidate) => candidate.name === route.parent.resource);
    const id = parseKey(parent, params[route.parent.param]);
    if (!exists(parent.name, id)) throw notFound(parent.title);
    return { [route.parent.field]: id };
  }

  function change(route, request, mode) {
    const current = requireItem(route, request.params);
    checkFrozen(resource, current);
    const now = context.now();
    const body = route.parent === undefined ? request.body : { ...request.body, [route.parent.field]: current[route.parent.field] };
    const values = validateBody(resource, body, { mode, exists, current, now });
    checkTransition(resource, current, values);
    return { status: 200, body: store.update(current[resource.key], withTimes(current, values, now)) };
  }

  function withTimes(current, values, now) {
    const state = resource.states?.field;
    const to = state === undefined ? undefined : (values[state] ?? current[state]);
    return { ...values, ...stampState(resource, { from: current[state], to, now }), ...automaticTimes(resource, ["updated"], now) };
  }

  return {
    list(route, { params, query }) {
      const parent = requireParent(route, params);
      const selection = parseListQuery(resource, query);
      for (const [field, id] of Object.entries(parent)) {
        selection.where.push(\`\${quote(field)} = ?\`);
        selection.values.push(id);
      }
      return { status: 200, body: listBody(store.list(selection), selection) };
    },

    create(route, { params, body }) {
      const now = context.now();
      const parent = requireParent(route, params);
      const given = route.parent === undefined || typeof body !== "object" ? body : { ...body, ...parent };
      const values = validateBody(resource, given, { mode: "create", exists, now });
      checkInitialState(resource, values);
      const item = store.insert({
        ...generatedKey(resource),
        ...readOnlyDefaults(resource),
        ...values,
        ...parent,
        ...stampState(resource, { to: values[resource.states?.field], now }),
        ...automaticTimes(resource, ["created", "updated"], now),
      });
      return { status: 201, headers: { location: itemPath(resource, route, item) }, body: item };
    },

    read(route, { params }) {
      return { status: 200, body: requireItem(route, params) };
    },

    replace(route, request) {
      return change(route, request, "replace");
    },

    update(route, request) {
      return change(route, request, "update");
    },

    remove(route, { params }) {
      const item = requireItem(route, params);
      store.remove(item[resource.key]);
      return { status: 204 };
    },

    transition(route, { params }) {
      const current = requireItem(route, params);
      const { field, allowed } = resource.states;
      const from = String(current[field]);
      if (!allowed[from]?.includes(route.to)) throw refusedTransition(resource, from, route.to);
      const values = withTimes(current, { [field]: route.to }, context.now());
      return { status: 200, body: store.update(current[resource.key], values) };
    },
  };
}

function parseKey(resource, text) {
  if (resource.fields[resource.key].type !== "integer") return text;
  return /^\\d{1,15}$/.test(text) ? Number(text) : -1;
}

function generatedKey(resource) {
  const key = resource.fields[resource.key];
  return key.readOnly && key.type !== "integer" ? { [resource.key]: randomUUID() } : {};
}

function readOnlyDefaults(resource) {
  const entries = Object.entries(resource.fields).filter(([, field]) => field.readOnly && field.default !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, field.default]));
}

function automaticTimes(resource, kinds, now) {
  const time = now.toISOString();
  const entries = Object.entries(resource.fields).filter(([, field]) => kinds.includes(field.automatic));
  return Object.fromEntries(entries.map(([name, field]) => [name, field.type === "date" ? time.slice(0, 10) : time]));
}

function itemPath(resource, route, item) {
  const single = resource.routes.find((candidate) => candidate.action === "read");
  const path = single?.path ?? \`\${route.path}/{id}\`;
  return path.replaceAll(/\\{(\\w+)\\}/g, (_, name) => {
    const value = name === single?.parent?.param || name === route.parent?.param ? item[(single?.parent ?? route.parent).field] : item[resource.key];
    return encodeURIComponent(String(value));
  });
}
`;
