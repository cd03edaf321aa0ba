import { endpointOf, entityNamed } from "../sample/model-facts.ts";
import type { EntityModel, ServiceModel } from "../service-model.ts";
import { pascalCase } from "./_source-text.ts";
import { listTests } from "./list-tests.ts";
import { recordTests } from "./record-tests.ts";
import { ruleTests } from "./rule-tests.ts";
import { createTestContext, renderTest } from "./test-context.ts";

/** `tests/<plural>.test.js`: the tests of one entity against the running service. */
export function renderEntityTests(model: ServiceModel, entity: EntityModel): string | undefined {
  const context = createTestContext(model, entity);
  if (context === undefined) return renderReadOnlyTests(entity);
  const tests = [...recordTests, ...listTests, ...ruleTests]
    .map((render) => render(context))
    .filter((text) => text !== undefined);
  const body = tests.join("\n");
  const own = [context.creator, context.sampler].filter((name) => body.includes(`${name}(`));
  const others = [...context.imports].map((name) => entityNamed(model, name)).filter((other) => other !== undefined);
  const support = body.includes("unknownId") ? "startService, unknownId" : "startService";
  const imports = [
    ...others.map((other) => `import { create${pascalCase(other.name)} } from "./samples/${other.plural}.js";`),
    `import { ${own.join(", ")} } from "./samples/${entity.plural}.js";`,
    `import { ${support} } from "./support.js";`,
  ].sort((left, right) => importPath(left).localeCompare(importPath(right)));
  return `import assert from "node:assert/strict";
import { test } from "node:test";
${imports.join("\n")}

${body}`;
}

function importPath(line: string): string {
  return line.split(" from ")[1] ?? line;
}

function renderReadOnlyTests(entity: EntityModel): string | undefined {
  const list = endpointOf(entity, "list");
  if (list === undefined || list.parent !== undefined) return undefined;
  return `import assert from "node:assert/strict";
import { test } from "node:test";
import { startService } from "./support.js";

${renderTest(`lists ${entity.plural.replaceAll("_", " ")}`, [`assert.equal((await service.call("GET", ${JSON.stringify(list.path)})).status, 200);`])}`;
}
