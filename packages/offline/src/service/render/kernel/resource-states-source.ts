/** Text of `src/resource/states.js` in a generated service. */
export const resourceStatesSource = `import { ApiError, conflict } from "../http/errors.js";
import { settings } from "../settings.js";
import { invalid } from "./validate.js";

/**
 * Refuses a change of state that the definition does not allow. Staying in a state is always allowed.
 *
 * @param {import("./definition.js").Resource} resource
 * @param {Record<string, unknown>} current
 * @param {Record<string, unknown>} values
 */
export function checkTransition(resource, current, values) {
  const { field, allowed } = resource.states ?? {};
  if (field === undefined || !Object.hasOwn(values, field)) return;
  const from = String(current[field]);
  const to = String(values[field]);
  if (from === to || allowed[from]?.includes(to)) return;
  throw refusedTransition(resource, from, to);
}

/**
 * @param {import("./definition.js").Resource} resource
 * @param {string} from
 * @param {string} to
 */
export function refusedTransition(resource, from, to) {
  const next = resource.states.allowed[from] ?? [];
  const hint = next.length === 0 ? \`"\${from}" is final\` : \`allowed from "\${from}": \${next.join(", ")}\`;
  return new ApiError(
    settings.status.transition,
    "invalid_transition",
    \`The \${resource.title} cannot go from "\${from}" to "\${to}"; \${hint}.\`,
    { fields: [{ field: resource.states.field, message: \`cannot change from \${from} to \${to}\` }] },
  );
}

/**
 * Refuses a new record in another state than the first one, when the definition asks for that.
 *
 * @param {import("./definition.js").Resource} resource
 * @param {Record<string, unknown>} values
 */
export function checkInitialState(resource, values) {
  if (!resource.states?.initialOnly) return;
  const { field } = resource.states;
  const initial = resource.fields[field].default;
  if (Object.hasOwn(values, field) && values[field] !== initial) {
    throw invalid([{ field, message: \`must be \${initial} at creation\` }]);
  }
}

/**
 * The time fields that are filled because a state is entered.
 *
 * @param {import("./definition.js").Resource} resource
 * @param {{ from?: unknown, to: unknown, now: Date }} change
 * @returns {Record<string, string>}
 */
export function stampState(resource, { from, to, now }) {
  const names = from === to ? [] : (resource.states?.stamps[String(to)] ?? []);
  const time = now.toISOString();
  return Object.fromEntries(
    names.map((name) => [name, resource.fields[name].type === "date" ? time.slice(0, 10) : time]),
  );
}

/**
 * Refuses any change of a record that is in a frozen state.
 *
 * @param {import("./definition.js").Resource} resource
 * @param {Record<string, unknown>} current
 */
export function checkFrozen(resource, current) {
  if (resource.frozen === undefined) return;
  const state = String(current[resource.frozen.field]);
  if (resource.frozen.values.includes(state)) throw conflict(\`The \${resource.title} is "\${state}" and cannot be changed.\`);
}
`;
