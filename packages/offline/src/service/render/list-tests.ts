import { endpointOf, requiredReferences, sampledFields } from "../sample/model-facts.ts";
import { renderAccess, renderKey } from "./_source-text.ts";
import { pathTemplate } from "./render-samples.ts";
import { accessIn, renderTest, type TestContext, type TestRenderer, useCreator } from "./test-context.ts";

/** Lines that create some records in one list, so that nested lists hold them all; the last is `record`. */
function createMany(context: TestContext, count: number): string[] {
  const { entity, creator } = context;
  const parent = endpointOf(entity, "list")?.parent;
  const shared = parent === undefined ? "" : `, { ${renderKey(parent.field)}: record${renderAccess(parent.field)} }`;
  return [
    `const record = await ${creator}(service);`,
    ...Array.from({ length: count - 1 }, () => `await ${creator}(service${shared});`),
  ];
}

function listPath({ entity }: TestContext, query = ""): string | undefined {
  const endpoint = endpointOf(entity, "list");
  if (endpoint === undefined) return undefined;
  const path = pathTemplate(endpoint, "record", entity.key);
  if (query === "") return path;
  const inner = path.slice(1, -1);
  return `\`${inner}?${query}\``;
}

function items({ model }: TestContext, answer = "answer"): string {
  return `${answer}.body${accessIn(model.listShape, "$items") ?? ".items"}`;
}

function total({ model }: TestContext, answer = "answer"): string | undefined {
  const access = accessIn(model.listShape, "$total");
  return access === undefined ? undefined : `${answer}.body${access}`;
}

const listTest: TestRenderer = (context) => {
  const path = listPath(context);
  if (path === undefined) return undefined;
  const count = total(context);
  return renderTest(`lists ${context.entity.plural.replaceAll("_", " ")}`, [
    ...createMany(context, 2),
    `const answer = await service.call("GET", ${path});`,
    "assert.equal(answer.status, 200, JSON.stringify(answer.body));",
    `assert.equal(${items(context)}.length, 2);`,
    `assert.ok(${items(context)}.some((item) => item${renderAccess(context.entity.key)} === record${renderAccess(context.entity.key)}));`,
    ...(count === undefined ? [] : [`assert.equal(${count}, 2);`]),
  ]);
};

const pageTest: TestRenderer = (context) => {
  const { pagination } = context.model;
  const { sizeParam, positionParam, style, maxSize, overflow } = pagination;
  if (style === "none") return undefined;
  const [first, second] = style === "page" ? [1, 2] : [0, 2];
  const pages = [first, second].map((position) => listPath(context, `${sizeParam}=2&${positionParam}=${position}`));
  if (pages[0] === undefined) return undefined;
  const key = renderAccess(context.entity.key);
  return renderTest(`shows ${context.entity.plural.replaceAll("_", " ")} page by page`, [
    ...createMany(context, 3),
    `const first = await service.call("GET", ${pages[0]});`,
    `const second = await service.call("GET", ${pages[1]});`,
    `assert.equal(${items(context, "first")}.length, 2);`,
    `assert.equal(${items(context, "second")}.length, 1);`,
    `const ids = [...${items(context, "first")}, ...${items(context, "second")}].map((item) => item${key});`,
    "assert.equal(new Set(ids).size, 3);",
    `assert.equal((await service.call("GET", ${listPath(context, `${sizeParam}=0`)})).status, ${context.invalid});`,
    `assert.equal((await service.call("GET", ${listPath(context, `${positionParam}=x`)})).status, ${context.invalid});`,
    `assert.equal((await service.call("GET", ${listPath(context, `${sizeParam}=${maxSize + 1}`)})).status, ${overflow === "reject" ? context.invalid : 200});`,
  ]);
};

const sortTest: TestRenderer = (context) => {
  const { entity, model } = context;
  const field =
    sampledFields(entity).find(
      (candidate) =>
        entity.sortable.includes(candidate.name) &&
        ["integer", "date", "string", "text", "email", "number"].includes(candidate.type),
    ) ?? entity.fields.find((candidate) => candidate.automatic === "created");
  if (field === undefined) return undefined;
  const descending =
    model.sort.orderParam === null
      ? `${model.sort.param}=-${field.name}`
      : `${model.sort.param}=${field.name}&${model.sort.orderParam}=desc`;
  const up = listPath(context, `${model.sort.param}=${field.name}`);
  if (up === undefined) return undefined;
  const values = (answer: string) => `${items(context, answer)}.map((item) => item${renderAccess(field.name)})`;
  return renderTest(`sorts ${entity.plural.replaceAll("_", " ")}`, [
    ...createMany(context, 3),
    "const order = (left, right) => (left < right ? -1 : left > right ? 1 : 0);",
    `const up = await service.call("GET", ${up});`,
    `const down = await service.call("GET", ${listPath(context, descending)});`,
    "assert.equal(up.status, 200, JSON.stringify(up.body));",
    `assert.deepEqual(${values("up")}, ${values("up")}.toSorted(order));`,
    `assert.deepEqual(${values("down")}, ${values("up")}.toReversed());`,
    `assert.equal((await service.call("GET", ${listPath(context, `${model.sort.param}=no_such_field`)})).status, ${context.invalid});`,
  ]);
};

const filterTest: TestRenderer = (context) => {
  const { entity } = context;
  const names = entity.fields
    .filter(
      (field) =>
        sampledFields(entity).includes(field) ||
        requiredReferences(entity).includes(field) ||
        field.name === entity.states?.field,
    )
    .map((field) => field.name);
  const equal = Object.entries(entity.filters).filter(
    ([, filter]) =>
      names.includes(filter.field) &&
      filter.test === "equals" &&
      filter.field !== entity.fields.find((field) => field.type === "datetime")?.name,
  );
  if (equal.length === 0 || listPath(context) === undefined) return undefined;
  const query = listPath(context, "${param}=${encodeURIComponent(record[field])}");
  return renderTest(`filters ${entity.plural.replaceAll("_", " ")}`, [
    ...createMany(context, 2),
    `const filters = { ${equal.map(([param, filter]) => `${renderKey(param)}: ${JSON.stringify(filter.field)}`).join(", ")} };`,
    "for (const [param, field] of Object.entries(filters)) {",
    `  const answer = await service.call("GET", ${query});`,
    "  assert.equal(answer.status, 200, param);",
    `  assert.ok(${items(context)}.length > 0, param);`,
    `  assert.ok(${items(context)}.every((item) => item[field] === record[field]), param);`,
    "}",
  ]);
};

const rangeTest: TestRenderer = (context) => {
  const { entity } = context;
  const opposite = { atLeast: ">=", atMost: "<=", above: ">", below: "<" } as const;
  const found = Object.entries(entity.filters).filter(
    ([, filter]) => filter.test in opposite && sampledFields(entity).some((field) => field.name === filter.field),
  );
  if (found.length === 0) return undefined;
  const checks = found.flatMap(([param, { field, test }]) => {
    const type = entity.fields.find((candidate) => candidate.name === field)?.type;
    const value = (record: string) =>
      type === "datetime" ? `Date.parse(${record}${renderAccess(field)})` : `${record}${renderAccess(field)}`;
    const path = listPath(context, `${param}=\${encodeURIComponent(record${renderAccess(field)})}`);
    const operator = opposite[test as keyof typeof opposite];
    return [
      `{`,
      `  const answer = await service.call("GET", ${path});`,
      `  assert.equal(answer.status, 200, JSON.stringify(answer.body));`,
      `  assert.ok(${items(context)}.every((item) => ${value("item")} ${operator} ${value("record")}));`,
      "}",
    ];
  });
  return renderTest(`filters ${entity.plural.replaceAll("_", " ")} by range`, [...createMany(context, 3), ...checks]);
};

const searchTest: TestRenderer = (context) => {
  const { entity, model } = context;
  const field = sampledFields(entity).find((candidate) => entity.searchable.includes(candidate.name));
  if (field === undefined) return undefined;
  const path = listPath(
    context,
    `${model.searchParam}=\${encodeURIComponent(record${renderAccess(field.name)}.toUpperCase())}`,
  );
  const nothing = listPath(context, `${model.searchParam}=no%20such%20text`);
  if (path === undefined) return undefined;
  return renderTest(`searches ${entity.plural.replaceAll("_", " ")}`, [
    ...createMany(context, 2),
    `const answer = await service.call("GET", ${path});`,
    `assert.ok(${items(context)}.some((item) => item${renderAccess(entity.key)} === record${renderAccess(entity.key)}));`,
    `assert.equal(${items(context, `(await service.call("GET", ${nothing}))`)}.length, 0);`,
  ]);
};

const nestedTest: TestRenderer = (context) => {
  const { entity } = context;
  const nested = entity.endpoints.find((endpoint) => endpoint.action === "list" && endpoint.parent !== undefined);
  if (nested?.parent === undefined) return undefined;
  const other = useCreator(context, nested.parent.entity);
  if (other === undefined) return undefined;
  const parentKey = context.model.entities.find((candidate) => candidate.name === nested.parent?.entity)?.key ?? "id";
  const key = renderAccess(entity.key);
  const integer =
    context.model.entities
      .find((candidate) => candidate.name === nested.parent?.entity)
      ?.fields.find((field) => field.name === parentKey)?.type === "integer";
  return renderTest(
    `lists the ${entity.plural.replaceAll("_", " ")} of one ${nested.parent.entity.replaceAll("_", " ")} only`,
    [
      `const record = await ${context.creator}(service);`,
      `const other = await ${other}(service);`,
      `const answer = await service.call("GET", ${pathTemplate(nested, "record", entity.key)});`,
      `assert.deepEqual(${items(context)}.map((item) => item${key}), [record${key}]);`,
      `const empty = { ${renderKey(nested.parent.field)}: other${renderAccess(parentKey)} };`,
      `assert.equal(${items(context, `(await service.call("GET", ${pathTemplate(nested, "empty", entity.key)}))`)}.length, 0);`,
      `const missing = { ${renderKey(nested.parent.field)}: ${integer ? "987654321" : "unknownId"} };`,
      `assert.equal((await service.call("GET", ${pathTemplate(nested, "missing", entity.key)})).status, 404);`,
    ],
  );
};

/** Tests of lists: all, pages, order, filters, search, nested lists. */
export const listTests: readonly TestRenderer[] = [
  listTest,
  pageTest,
  sortTest,
  filterTest,
  rangeTest,
  searchTest,
  nestedTest,
];
