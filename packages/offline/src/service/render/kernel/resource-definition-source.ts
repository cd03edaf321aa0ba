/** Text of `src/resource/definition.js` in a generated service. */
export const resourceDefinitionSource = `/**
 * @typedef {object} Field
 * @property {"string" | "text" | "integer" | "number" | "boolean" | "date" | "datetime" | "time" | "uuid" | "email" | "url" | "enum" | "strings" | "json"} type
 * @property {boolean} [required]
 * @property {boolean} [readOnly] set by the service; a value sent by a client is ignored
 * @property {boolean} [writeOnce] can be given at creation only
 * @property {boolean} [writeOnly] accepted and stored, never shown
 * @property {unknown} [default]
 * @property {"now" | "created" | "updated"} [automatic] filled with the current time
 * @property {readonly string[]} [values] of an enum
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [above] the value must be greater than this
 * @property {number} [below] the value must be less than this
 * @property {number} [minLength] in characters, or in items for a list
 * @property {number} [maxLength]
 * @property {RegExp} [pattern]
 * @property {"past" | "future" | "notPast" | "notFuture"} [when] relation of a date to the current time
 * @property {string} [references] name of the resource the value points to
 */

/**
 * @typedef {object} ResourceRoute
 * @property {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
 * @property {string} path
 * @property {"list" | "create" | "read" | "replace" | "update" | "remove" | "transition"} action
 * @property {{ resource: string, field: string, param: string }} [parent] for nested paths
 * @property {string} [param] the path parameter that holds the key
 * @property {string} [to] the state a transition leads to
 * @property {boolean} [public]
 */

/**
 * @typedef {object} Resource
 * @property {string} name for example "tasks"
 * @property {string} title for example "task"
 * @property {string} table
 * @property {string} key name of the identifying field
 * @property {string} schema SQL that creates the table
 * @property {Record<string, Field>} fields
 * @property {ResourceRoute[]} routes
 * @property {Record<string, { field: string, test: "equals" | "atLeast" | "atMost" | "above" | "below" | "contains" | "has" }>} filters by query parameter
 * @property {string[]} searchable fields looked through by the search parameter
 * @property {string[]} sortable
 * @property {string} defaultSort a field name, "-" before it for descending order
 * @property {{ field: string, initialOnly: boolean, allowed: Record<string, string[]>, stamps: Record<string, string[]> }} [states]
 * @property {{ field: string, test: "after" | "notBefore" | "atLeast" | "above", other: string }[]} [comparisons]
 * @property {{ field: string, values: string[] }} [frozen] a record in one of these states cannot be changed
 */

/**
 * Names the type of a resource; returns it unchanged.
 *
 * @param {Resource} resource
 */
export function defineResource(resource) {
  return resource;
}
`;
