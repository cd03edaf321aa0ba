import { changeableFields, endpointOf, keyField, sampledFields } from "../sample/model-facts.ts";
import { wrongSamples } from "../sample/sample-field.ts";
import { renderAccess, renderKey, renderValue, withArticle } from "./_source-text.ts";
import { pathTemplate } from "./render-samples.ts";
import { freeField, otherValue, pathFor, renderTest, type TestRenderer } from "./test-context.ts";

const createTest: TestRenderer = (context) => {
  const { entity, sampler, create } = context;
  const read = endpointOf(entity, "read");
  const fields = sampledFields(entity).filter((field) => field.type !== "datetime");
  const defaults = entity.fields.filter((field) => field.default !== undefined && !fields.includes(field));
  const lines = [
    `const body = await ${sampler}(service);`,
    `const answer = await service.call("POST", ${pathTemplate(create, "body")}, body);`,
    "assert.equal(answer.status, 201, JSON.stringify(answer.body));",
    ...fields.map(
      (field) => `assert.deepEqual(answer.body${renderAccess(field.name)}, body${renderAccess(field.name)});`,
    ),
    ...defaults.map(
      (field) => `assert.deepEqual(answer.body${renderAccess(field.name)}, ${renderValue(field.default)});`,
    ),
    ...entity.fields
      .filter((field) => field.automatic === "created" || field.automatic === "updated")
      .map((field) => `assert.ok(Date.parse(answer.body${renderAccess(field.name)}) > 0);`),
    ...(read === undefined
      ? []
      : [`assert.equal(answer.headers.get("location"), ${pathTemplate(read, "answer.body", entity.key)});`]),
  ];
  return renderTest(`creates ${withArticle(entity.title)} and answers with it`, lines);
};

const readTest: TestRenderer = (context) => {
  const { entity, creator } = context;
  const path = pathFor(context, "read");
  if (path === undefined) return undefined;
  const unknown = keyField(entity)?.type === "integer" ? "987654321" : "unknownId";
  return renderTest(`reads one ${entity.title}, and answers 404 for an unknown id`, [
    `const record = await ${creator}(service);`,
    `const found = await service.call("GET", ${path});`,
    "assert.equal(found.status, 200);",
    "assert.deepEqual(found.body, record);",
    `const missing = { ...record, ${renderKey(entity.key)}: ${unknown} };`,
    `assert.equal((await service.call("GET", ${path.replaceAll("record", "missing")})).status, 404);`,
  ]);
};

const validationTest: TestRenderer = ({ entity, create, sampler, invalid }) => {
  const cases = entity.fields
    .filter((field) => !field.readOnly && field.name !== create.parent?.field)
    .flatMap((field) =>
      wrongSamples(field).map(
        ({ value, words }) =>
          `    [${JSON.stringify(`${field.name} ${words}`)}, ${JSON.stringify(field.name)}, ${renderWrong(value)}],`,
      ),
    );
  if (cases.length === 0) return undefined;
  return renderTest(`refuses ${withArticle(entity.title)} with a field that breaks a rule, and names the field`, [
    "const wrong = [",
    ...cases.map((line) => line.slice(2)),
    "];",
    `const valid = await ${sampler}(service);`,
    "for (const [label, field, value] of wrong) {",
    `  const answer = await service.call("POST", ${pathTemplate(create, "valid")}, { ...valid, [field]: value });`,
    `  assert.equal(answer.status, ${invalid}, label);`,
    "  assert.ok(JSON.stringify(answer.body).includes(field), label);",
    "}",
  ]);
};

function renderWrong(value: unknown): string {
  if (typeof value === "string" && value.length > 40 && /^x+$/.test(value)) return `"x".repeat(${value.length})`;
  return renderValue(value);
}

const updateTest: TestRenderer = (context) => {
  const { entity, creator } = context;
  const path = pathFor(context, "update");
  const field = freeField(entity);
  if (path === undefined || field === undefined) return undefined;
  const updated = entity.fields
    .filter((candidate) => candidate.automatic === "updated")
    .map((candidate) => candidate.name);
  const kept = entity.fields
    .filter((candidate) => candidate !== field && !updated.includes(candidate.name))
    .map((candidate) => candidate.name);
  return renderTest(`changes only the fields of ${withArticle(entity.title)} that are sent`, [
    `const record = await ${creator}(service);`,
    `const value = ${otherValue(context, field)};`,
    `const answer = await service.call("PATCH", ${path}, { ${renderKey(field.name)}: value });`,
    "assert.equal(answer.status, 200, JSON.stringify(answer.body));",
    `assert.deepEqual(answer.body${renderAccess(field.name)}, value);`,
    `for (const name of ${renderValue(kept, 2)}) {`,
    "  assert.deepEqual(answer.body[name], record[name], name);",
    "}",
  ]);
};

const replaceTest: TestRenderer = (context) => {
  const { entity, creator, sampler, invalid } = context;
  const path = pathFor(context, "replace");
  const field = freeField(entity);
  if (path === undefined || field === undefined) return undefined;
  const required = changeableFields(entity).find(
    (candidate) =>
      candidate.required &&
      candidate.default === undefined &&
      candidate.automatic === undefined &&
      candidate.name !== endpointOf(entity, "replace")?.parent?.field,
  );
  const references = entity.fields
    .filter((candidate) => candidate.reference !== undefined && candidate.required)
    .map((candidate) => `${renderKey(candidate.name)}: record${renderAccess(candidate.name)}`);
  const changes = references.length === 0 ? "" : `, { ${references.join(", ")} }`;
  return renderTest(`replaces a whole ${entity.title}`, [
    `const record = await ${creator}(service);`,
    `const body = await ${sampler}(service${changes});`,
    `const answer = await service.call("PUT", ${path}, body);`,
    "assert.equal(answer.status, 200, JSON.stringify(answer.body));",
    `assert.deepEqual(answer.body${renderAccess(field.name)}, body${renderAccess(field.name)});`,
    ...(required === undefined
      ? []
      : [
          `const { ${renderKey(required.name)}: _, ...incomplete } = body;`,
          `assert.equal((await service.call("PUT", ${path}, incomplete)).status, ${invalid});`,
        ]),
  ]);
};

const removeTest: TestRenderer = (context) => {
  const { entity, creator } = context;
  const path = pathFor(context, "remove");
  if (path === undefined) return undefined;
  return renderTest(`deletes ${withArticle(entity.title)}`, [
    `const record = await ${creator}(service);`,
    `assert.equal((await service.call("DELETE", ${path})).status, 204);`,
    `assert.equal((await service.call("DELETE", ${path})).status, 404);`,
  ]);
};

const accessTest: TestRenderer = ({ entity, create, model, sampler }) => {
  if (model.auth === null || create.public) return undefined;
  const empty = JSON.stringify(model.auth.header);
  return renderTest(`answers 401 without a valid credential (${entity.title})`, [
    `const body = await ${sampler}(service);`,
    `for (const value of ["", "wrong", "Bearer wrong"]) {`,
    `  const answer = await service.call("POST", ${pathTemplate(create, "body")}, body, { ${empty.replaceAll('"', "").includes("-") ? empty : model.auth.header}: value });`,
    "  assert.equal(answer.status, 401);",
    `  assert.ok(answer.headers.get("www-authenticate"));`,
    "}",
  ]);
};

/** Tests of single records: create, read, validate, change, replace, delete, access. */
export const recordTests: readonly TestRenderer[] = [
  createTest,
  readTest,
  validationTest,
  updateTest,
  replaceTest,
  removeTest,
  accessTest,
];
