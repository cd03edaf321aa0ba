import { endpointOf, entityNamed, keyField, pathToState, uniqueSets } from "../sample/model-facts.ts";
import type { EndpointModel, EntityModel } from "../service-model.ts";
import { renderAccess, renderKey, renderValue, withArticle } from "./_source-text.ts";
import { pathTemplate } from "./render-samples.ts";
import { pathFor, renderTest, type TestContext, type TestRenderer, useCreator } from "./test-context.ts";

const uniqueTest: TestRenderer = (context) => {
  const { entity, creator, sampler, create, model } = context;
  const sets = uniqueSets(entity).filter((names) =>
    names.every((name) => entity.fields.some((field) => field.name === name && !field.readOnly)),
  );
  if (sets.length === 0) return undefined;
  const blocks = sets.flatMap((names) => [
    "{",
    `  const record = await ${creator}(service);`,
    `  const body = await ${sampler}(service, { ${names.map((name) => `${renderKey(name)}: record${renderAccess(name)}`).join(", ")} });`,
    `  const answer = await service.call("POST", ${pathTemplate(create, "body")}, body);`,
    `  assert.equal(answer.status, ${model.status.unique}, JSON.stringify(answer.body));`,
    "}",
  ]);
  return renderTest(
    `refuses a second ${entity.title} with the same ${sets.map((names) => names.join(" and ")).join(", or ")}`,
    blocks,
  );
};

const comparisonTest: TestRenderer = ({ entity, create, sampler, invalid }) => {
  if (entity.comparisons.length === 0) return undefined;
  const blocks = entity.comparisons.flatMap(({ field, other }) => [
    "{",
    `  const { ${renderKey(field)}: larger, ${renderKey(other)}: smaller, ...rest } = await ${sampler}(service);`,
    `  const body = { ...rest, ${renderKey(field)}: smaller, ${renderKey(other)}: larger };`,
    `  const answer = await service.call("POST", ${pathTemplate(create, "body")}, body);`,
    `  assert.equal(answer.status, ${invalid}, JSON.stringify(answer.body));`,
    "}",
  ]);
  return renderTest(`refuses ${withArticle(entity.title)} whose fields are in the wrong order`, blocks);
};

const referenceTest: TestRenderer = (context) => {
  const { entity, create, sampler, model, invalid } = context;
  const references = entity.fields.filter((field) => field.reference !== undefined && !field.readOnly);
  if (references.length === 0) return undefined;
  const blocks = references.flatMap((field) => {
    const target = entityNamed(model, field.reference?.entity);
    const unknown = target !== undefined && keyField(target)?.type === "integer" ? "987654321" : "unknownId";
    const status = create.parent?.field === field.name ? 404 : invalid;
    return [
      "{",
      `  const body = { ...(await ${sampler}(service)), ${renderKey(field.name)}: ${unknown} };`,
      `  assert.equal((await service.call("POST", ${pathTemplate(create, "body")}, body)).status, ${status});`,
      "}",
    ];
  });
  return renderTest(`refuses ${withArticle(entity.title)} that points to nothing`, blocks);
};

const deleteTest: TestRenderer = (context) => {
  const { entity, model, creator } = context;
  const blocks = entity.fields.flatMap((field) => {
    const owner = entityNamed(model, field.reference?.entity);
    const remove = owner === undefined || owner === entity ? undefined : endpointOf(owner, "remove");
    const behaviour = field.reference?.onDelete;
    const make = owner === undefined ? undefined : useCreator(context, owner.name);
    if (
      owner === undefined ||
      remove === undefined ||
      remove.parent !== undefined ||
      make === undefined ||
      field.readOnly
    )
      return [];
    if (!onlyReferrerBlocks(context, owner, field.name)) return [];
    const path = pathTemplate(remove, "owner", owner.key);
    const setup = [
      "{",
      `  const owner = await ${make}(service);`,
      `  const record = await ${creator}(service, { ${renderKey(field.name)}: owner${renderAccess(owner.key)} });`,
    ];
    if (behaviour === "restrict")
      return [
        ...setup,
        `  assert.equal(record${renderAccess(field.name)}, owner${renderAccess(owner.key)});`,
        `  assert.equal((await service.call("DELETE", ${path})).status, 409);`,
        "}",
      ];
    const read = pathFor(context, "read");
    if (read === undefined)
      return [
        ...setup,
        `  assert.equal(record${renderAccess(field.name)}, owner${renderAccess(owner.key)});`,
        `  assert.equal((await service.call("DELETE", ${path})).status, 204);`,
        "}",
      ];
    const after =
      behaviour === "cascade"
        ? `  assert.equal((await service.call("GET", ${read})).status, 404);`
        : `  assert.equal((await service.call("GET", ${read})).body${renderAccess(field.name)}, null);`;
    return [...setup, `  assert.equal((await service.call("DELETE", ${path})).status, 204);`, after, "}"];
  });
  return blocks.length === 0
    ? undefined
    : renderTest(
        `keeps the references of ${withArticle(entity.title)} whole when what it points to is deleted`,
        blocks,
      );
};

/** False when the sample itself holds another reference to the same owner, so that the test would measure that one. */
function onlyReferrerBlocks({ entity }: TestContext, owner: EntityModel, name: string): boolean {
  return !entity.fields.some(
    (field) => field.name !== name && field.required && field.reference?.entity === owner.name,
  );
}

const transitionTest: TestRenderer = (context) => {
  const { entity, creator, model } = context;
  const { states } = entity;
  const path = pathFor(context, "update");
  const field = entity.fields.find((candidate) => candidate.name === states?.field);
  if (states === undefined || path === undefined || field === undefined || field.readOnly) return undefined;
  const values = Object.keys(states.allowed);
  const refused = values.flatMap((from) =>
    values.filter((to) => to !== from && !states.allowed[from]?.includes(to)).map((to) => [from, to] as const),
  );
  const frozen = entity.frozen?.values ?? [];
  const reachable = values.flatMap((value) => {
    const way = pathToState(entity, value);
    return way === undefined || way.slice(0, -1).some((state) => frozen.includes(state)) ? [] : [way];
  });
  const cases = refused.flatMap(([from, to]) => {
    const way = reachable.find((candidate) => candidate.at(-1) === from);
    return way === undefined ? [] : [[...way.slice(1), to]];
  });
  const access = renderAccess(states.field);
  const lines = [
    `for (const way of ${renderValue(
      reachable.map((way) => way.slice(1)).filter((way) => way.length > 0),
      2,
    )}) {`,
    `  const record = await ${creator}(service);`,
    "  for (const state of way) {",
    `    const answer = await service.call("PATCH", ${path}, { ${renderKey(states.field)}: state });`,
    "    assert.equal(answer.status, 200, JSON.stringify(answer.body));",
    `    assert.equal(answer.body${access}, state);`,
    "  }",
    "}",
    ...(cases.length === 0 ? [] : refusedLines(context, cases, path)),
  ];
  return model.status.transition > 0
    ? renderTest(`moves ${withArticle(entity.title)} only where the ${states.field} may go`, lines)
    : undefined;
};

function refusedLines({ creator, model, entity }: TestContext, cases: readonly string[][], path: string): string[] {
  const name = renderKey(entity.states?.field ?? "status");
  return [
    `for (const way of ${renderValue(cases, 2)}) {`,
    `  const record = await ${creator}(service);`,
    "  for (const [index, state] of way.entries()) {",
    `    const answer = await service.call("PATCH", ${path}, { ${name}: state });`,
    `    assert.equal(answer.status, index + 1 < way.length ? 200 : ${model.status.transition}, way.join(" to "));`,
    "  }",
    "}",
  ];
}

const actionTest: TestRenderer = (context) => {
  const { entity, creator, model } = context;
  const { states } = entity;
  const actions = entity.endpoints.filter((endpoint) => endpoint.action === "transition");
  if (states === undefined || actions.length === 0) return undefined;
  const access = renderAccess(states.field);
  const blocks = actions.flatMap((action) => {
    const way = wayBefore(entity, action);
    const setup = [
      "{",
      `  const record = await ${creator}(service);`,
      ...(way ?? []).map((step) => `  assert.equal((await service.call(${step})).status, 200);`),
    ];
    const call = `await service.call("POST", ${pathTemplate(action, "record", entity.key)})`.replace(
      '"POST"',
      JSON.stringify(action.method),
    );
    if (way === undefined) return [];
    const stamps = states.stamps[action.to ?? ""] ?? [];
    return [
      ...setup,
      `  const answer = ${call};`,
      "  assert.equal(answer.status, 200, JSON.stringify(answer.body));",
      `  assert.equal(answer.body${access}, ${JSON.stringify(action.to)});`,
      ...stamps.map((name) => `  assert.ok(answer.body${renderAccess(name)});`),
      ...(states.allowed[action.to ?? ""]?.includes(action.to ?? "")
        ? []
        : [`  assert.equal((${call}).status, ${model.status.transition});`]),
      "}",
    ];
  });
  return blocks.length === 0 ? undefined : renderTest(`moves ${withArticle(entity.title)} by its actions`, blocks);
};

/** Calls that bring a new record to a state from which the action is allowed; undefined when there is no way. */
function wayBefore(entity: EntityModel, action: EndpointModel, record = "record"): string[] | undefined {
  const { states } = entity;
  if (states === undefined) return undefined;
  const starts = Object.keys(states.allowed).filter((state) => states.allowed[state]?.includes(action.to ?? ""));
  const ways = starts.map((state) => pathToState(entity, state)).filter((way) => way !== undefined);
  for (const way of ways.sort((left, right) => left.length - right.length)) {
    const steps = way.slice(1).map((state, index) => stepTo(entity, { from: way[index] ?? "", to: state, record }));
    if (steps.every((step) => step !== undefined)) return steps as string[];
  }
  return undefined;
}

function stepTo(entity: EntityModel, { to, record }: { from: string; to: string; record: string }): string | undefined {
  const action = entity.endpoints.find((endpoint) => endpoint.action === "transition" && endpoint.to === to);
  if (action !== undefined) return `${JSON.stringify(action.method)}, ${pathTemplate(action, record, entity.key)}`;
  const update = endpointOf(entity, "update");
  const field = entity.fields.find((candidate) => candidate.name === entity.states?.field);
  if (update === undefined || field === undefined || field.readOnly) return undefined;
  return `"PATCH", ${pathTemplate(update, record, entity.key)}, { ${renderKey(field.name)}: ${JSON.stringify(to)} }`;
}

/** Tests of what must hold between records and over time. */
export const ruleTests: readonly TestRenderer[] = [
  uniqueTest,
  comparisonTest,
  referenceTest,
  deleteTest,
  transitionTest,
  actionTest,
];
