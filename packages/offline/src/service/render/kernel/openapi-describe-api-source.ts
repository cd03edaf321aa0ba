/** Text of `src/openapi/describe-api.js` in a generated service. */
export const openapiDescribeApiSource = `import { settings } from "../settings.js";
import { describeError, describeList, schemaName, schemasOf } from "./schemas.js";
import { describeParameters } from "./parameters.js";

/**
 * The OpenAPI 3.1 description of the routes.
 *
 * @param {import("../http/router.js").Route[]} routes
 */
export function describeApi(routes) {
  const resources = [...new Set(routes.map((route) => route.about?.resource).filter((resource) => resource !== undefined))];
  const paths = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path][route.method.toLowerCase()] = describeOperation(route);
  }
  return {
    openapi: "3.1.0",
    info: { title: settings.title, version: settings.version },
    paths,
    components: {
      schemas: { Error: describeError(), ...Object.assign({}, ...resources.map(schemasOf)) },
      ...securitySchemes(),
    },
  };
}

function describeOperation(route) {
  const { resource, route: entry, summary, schema } = route.about ?? {};
  const security = settings.auth === null || route.public ? {} : { security: [{ credential: [] }] };
  if (resource === undefined) {
    return { summary, responses: { 200: jsonAnswer("Success", schema) } };
  }
  return {
    operationId: operationId(resource, entry),
    summary: operationSummary(resource, entry),
    tags: [resource.name],
    parameters: describeParameters(resource, entry),
    ...requestBody(resource, entry),
    responses: { ...successAnswer(resource, entry), ...problemAnswers(route) },
    ...security,
  };
}

const verbs = { list: "list", create: "create", read: "get", replace: "replace", update: "update", remove: "delete", transition: "set" };

function operationId(resource, entry) {
  const end = entry.path.split("/").filter((part) => !part.startsWith("{")).join("_");
  return \`\${verbs[entry.action]}_\${end}\${entry.param === undefined ? "" : "_item"}\`.replaceAll(/[^\\w]+/g, "_");
}

function operationSummary(resource, entry) {
  if (entry.action === "list") return \`List \${resource.name}\`;
  if (entry.action === "transition") return \`Move the \${resource.title} to "\${entry.to}"\`;
  return \`\${verbs[entry.action][0].toUpperCase()}\${verbs[entry.action].slice(1)} one \${resource.title}\`;
}

function requestBody(resource, entry) {
  const suffix = { create: "Create", replace: "Replace", update: "Update" }[entry.action];
  if (suffix === undefined) return {};
  return { requestBody: { required: true, content: { "application/json": { schema: reference(\`\${schemaName(resource)}\${suffix}\`) } } } };
}

function successAnswer(resource, entry) {
  if (entry.action === "remove") return { 204: { description: "Deleted" } };
  if (entry.action === "list") return { 200: jsonAnswer("One page of matches", describeList(reference(schemaName(resource)))) };
  const item = jsonAnswer("The record", reference(schemaName(resource)));
  if (entry.action !== "create") return { 200: item };
  return { 201: { ...item, headers: { Location: { description: "Path of the new record", schema: { type: "string" } } } } };
}

function problemAnswers(route) {
  const { resource, route: entry } = route.about;
  const answers = {};
  const add = (status, description) => {
    answers[status] ??= jsonAnswer(description, reference("Error"));
  };
  if (settings.auth !== null && !route.public) add(401, "The credential is missing or wrong");
  if (entry.param !== undefined || entry.parent !== undefined) add(404, "There is no such record");
  if (entry.action === "list" || route.readsBody) add(settings.status.validation, "The request is not valid");
  if (route.readsBody) {
    add(400, "The body is not JSON");
    add(409, "The change conflicts with the stored records");
    add(413, "The body is too large");
    add(415, "The body is not sent as JSON");
  }
  if (entry.action === "transition") add(settings.status.transition, "The current state does not allow this");
  if (entry.action === "remove") add(409, \`The \${resource.title} is still referenced\`);
  return answers;
}

function jsonAnswer(description, schema) {
  return { description, content: { "application/json": { schema } } };
}

function reference(name) {
  return { $ref: \`#/components/schemas/\${name}\` };
}

function securitySchemes() {
  if (settings.auth === null) return {};
  const credential =
    settings.auth.scheme === "bearer"
      ? { type: "http", scheme: "bearer" }
      : { type: "apiKey", in: "header", name: settings.auth.header };
  return { securitySchemes: { credential } };
}
`;
