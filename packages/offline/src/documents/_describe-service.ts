import type { EndpointModel, EntityModel, FieldModel, ServiceModel } from "../service/index.ts";
import { code, table } from "./_markdown.ts";

/** "a book", "an author". */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;
}

/** The rules of a field in words. */
function describeField(field: FieldModel): string {
  const rules = [
    field.required ? "required" : "",
    field.unique ? "unique" : "",
    field.readOnly ? "set by the service" : "",
    field.writeOnce ? "cannot be changed later" : "",
    field.values ? `one of ${field.values.map((value) => `\`${value}\``).join(", ")}` : "",
    field.default !== undefined ? `default \`${JSON.stringify(field.default)}\`` : "",
    field.min !== undefined ? `at least ${field.min}` : "",
    field.max !== undefined ? `at most ${field.max}` : "",
    field.above !== undefined ? `above ${field.above}` : "",
    field.below !== undefined ? `below ${field.below}` : "",
    field.minLength !== undefined
      ? field.minLength === 1
        ? "not empty"
        : `at least ${field.minLength} characters`
      : "",
    field.maxLength !== undefined ? `at most ${field.maxLength} characters` : "",
    field.pattern !== undefined ? `matches \`${field.pattern}\`` : "",
    field.when !== undefined ? whenWords[field.when] : "",
    field.automatic !== undefined ? automaticWords[field.automatic] : "",
    field.reference
      ? `id of ${withArticle(field.reference.entity.replaceAll("_", " "))} (${deleteWords[field.reference.onDelete]})`
      : "",
  ];
  return rules.filter((rule) => rule !== "").join("; ") || "optional";
}

const whenWords = {
  past: "in the past",
  future: "in the future",
  notPast: "not in the past",
  notFuture: "not in the future",
};
const automaticWords = {
  now: "the present time by default",
  created: "time of creation",
  updated: "time of the last change",
};
const deleteWords = {
  restrict: "which cannot be deleted while it is referred to",
  cascade: "deleted together with it",
  "set-null": "emptied when that is deleted",
};

export function fieldTable(entity: EntityModel): string {
  return table(
    ["Field", "Type", "Rules"],
    entity.fields.map((field) => [`\`${field.name}\``, field.type, describeField(field)]),
  );
}

const actionWords: Record<EndpointModel["action"], string> = {
  list: "lists",
  create: "creates",
  read: "reads one",
  replace: "replaces one",
  update: "changes fields of one",
  remove: "deletes one",
  transition: "moves one to another state",
};

function describeEndpoint(endpoint: EndpointModel): string {
  const within = endpoint.parent ? ` of ${withArticle(endpoint.parent.entity.replaceAll("_", " "))}` : "";
  const state = endpoint.to === undefined ? "" : ` (\`${endpoint.to}\`)`;
  return `${actionWords[endpoint.action]}${state}${within}`;
}

export function endpointTable(service: ServiceModel, entity: EntityModel): string {
  return table(
    ["Method", "Path", "What it does", "Credential", "Answers"],
    entity.endpoints.map((endpoint) => [
      endpoint.method,
      `\`${endpoint.path}\``,
      describeEndpoint(endpoint),
      service.auth === null || endpoint.public ? "none" : "needed",
      statusesOf(service, endpoint),
    ]),
  );
}

/** Status codes that an endpoint can answer with. */
function statusesOf(service: ServiceModel, endpoint: EndpointModel): string {
  const good = endpoint.action === "create" ? 201 : endpoint.action === "remove" ? 204 : 200;
  const writes = endpoint.action === "create" || endpoint.action === "replace" || endpoint.action === "update";
  const statuses = [
    good,
    ...(writes ? [400, service.status.validation, service.status.unique] : []),
    ...(endpoint.action === "transition" ? [service.status.transition] : []),
    ...(endpoint.action === "list" ? [service.status.validation] : []),
    ...(service.auth && !endpoint.public ? [401] : []),
    ...(endpoint.param !== undefined || endpoint.parent ? [404] : []),
  ];
  return [...new Set(statuses)].sort((left, right) => left - right).join(", ");
}

export function errorTable(service: ServiceModel): string {
  const { status } = service;
  const rows: [number, string][] = [
    [400, "the body is not JSON, or the request cannot be read"],
    ...(service.auth ? ([[401, `the credential is missing or wrong`]] as [number, string][]) : []),
    [404, "no such path or no such record"],
    [405, "the path exists, but not with this method"],
    [413, `the body is larger than ${service.bodyLimitBytes} bytes`],
    [415, "the body is not sent as JSON"],
    [status.transition, "a change of state that is not allowed"],
    [status.unique, "a value that must be unique is taken, or a record is still referred to"],
    [status.validation, "one or more fields break their rules; each is named"],
  ];
  const merged = new Map<number, string>();
  for (const [code, meaning] of rows)
    merged.set(code, merged.has(code) ? `${merged.get(code)}; or ${meaning}` : meaning);
  const ordered = [...merged].sort(([left], [right]) => left - right);
  const codes = service.errorCodes;
  if (Object.keys(codes).length === 0)
    return table(
      ["Status", "When"],
      ordered.map(([status, meaning]) => [String(status), meaning]),
    );
  const rowsWithCode = ordered.map(([status, meaning]) => [
    String(status),
    codes[status] ? `\`${codes[status]}\`` : "",
    meaning,
  ]);
  return table(["Status", "Code", "When"], rowsWithCode);
}

export function environmentTable(service: ServiceModel, databaseDefault: string | undefined): string {
  const { port, databaseFile } = service.environment;
  return table(
    ["Variable", "Default", "Meaning"],
    [
      [`\`${port}\``, String(service.defaultPort), "TCP port the service listens on"],
      [
        `\`${databaseFile}\``,
        databaseDefault === undefined ? "see `src/environment.js`" : `\`${databaseDefault}\``,
        "path of the SQLite database file",
      ],
      ...(service.auth
        ? [
            [
              `\`${service.auth.environment}\``,
              "none; the service does not start without it",
              "the credential that requests must carry",
            ],
          ]
        : []),
    ],
  );
}

/** A request with curl, as a user types it. */
export function curl(service: ServiceModel, request: { method: string; path: string; body?: unknown }): string {
  const lines = [
    `curl -i ${request.method === "GET" ? "" : `-X ${request.method} `}http://localhost:${service.defaultPort}${request.path}`,
    ...(service.auth ? [`  -H '${credentialHeader(service)}'`] : []),
    ...(request.body === undefined
      ? []
      : ["  -H 'content-type: application/json'", `  -d '${JSON.stringify(request.body).replaceAll("'", "'\\''")}'`]),
  ];
  return code("sh", lines.join(" \\\n"));
}

export function credentialHeader(service: ServiceModel): string {
  const variable = service.auth?.environment ?? "API_TOKEN";
  return service.auth?.scheme === "bearer"
    ? `Authorization: Bearer <value of ${variable}>`
    : `${service.auth?.header ?? "x-api-key"}: <value of ${variable}>`;
}
