import { readFileSync } from "node:fs";
import { runCheck } from "@ccb/testing";
import { expect, test } from "vitest";
import { createTestFolder, runOwnTests, writeService } from "./_run-service.ts";
import { parseServiceModel, planServiceChecks, planServiceParts } from "./index.ts";

const fixtures = new URL("./fixtures/", import.meta.url);

function readModel(name: string) {
  return parseServiceModel(readFileSync(new URL(`${name}.md`, fixtures), "utf8"));
}

test.each(["warehouse", "newsroom", "minimal"])(
  "%s.md, written after the rules, becomes a service that passes its own tests and every planned check",
  async (name) => {
    const model = readModel(name);
    using folder = createTestFolder();
    writeService(model, folder.path);
    const own = await runOwnTests(folder.path);
    expect(own.passed, own.output).toBe(true);
    for (const { id, check } of planServiceChecks(model)) {
      if (check.kind === "command") continue;
      const evidence = await runCheck({ check, cwd: folder.path, criterionId: id, phaseId: "phase" });
      const wrong = evidence.observations.filter((observation) => !observation.passed);
      expect(wrong, `${id}: ${evidence.output}`).toEqual([]);
    }
  },
  120_000,
);

const twoEntities = `# Garden

## Bed
| Field | Type | Required |
|---|---|---|
| name | string | yes |

## Plant
| Field | Type | Required |
|---|---|---|
| bed_id | reference to Bed | yes |
| height | integer | no |
`;

test("each part leaves a service whose tests pass, from the first part on", async () => {
  const model = parseServiceModel(twoEntities);
  using folder = createTestFolder();
  for (const [index, part] of planServiceParts(model).entries()) {
    writeService(model, folder.path, index + 1);
    const own = await runOwnTests(folder.path);
    expect(own.passed, `${part.id}: ${own.output}`).toBe(true);
  }
}, 120_000);

test("warehouse.md: keys that clients choose, relations to them, and lists without pages", () => {
  const model = readModel("warehouse");
  const product = model.entities.find((entity) => entity.name === "product");
  expect(product?.key).toBe("sku");
  expect(product?.fields.find((field) => field.name === "sku")).toMatchObject({ writeOnce: true, readOnly: false });
  const stock = model.entities.find((entity) => entity.name === "stock_level");
  expect(stock?.fields.find((field) => field.name === "product_sku")?.reference).toEqual({
    entity: "product",
    onDelete: "cascade",
  });
  expect(stock?.uniques.map((unique) => unique.fields)).toEqual([["warehouse_code", "product_sku"]]);
  expect(stock?.comparisons).toMatchObject([{ field: "maximum", test: "atLeast", other: "minimum" }]);
  expect(stock?.filters).toHaveProperty("quantity_max", { field: "quantity", test: "atMost" });
  const order = model.entities.find((entity) => entity.name === "purchase_order");
  expect(order?.states?.allowed).toEqual({
    draft: ["ordered"],
    ordered: ["received"],
    received: ["closed"],
    closed: [],
  });
  expect(model.listShape).toBe("$items");
  expect(model.auth).toBeNull();
  expect(model.unsupported.map(({ line }) => line)).toEqual([92, 94]);
});

test("newsroom.md: nested lists of fields, action endpoints, and what is not built", () => {
  const model = readModel("newsroom");
  const article = model.entities.find((entity) => entity.name === "article");
  expect(article?.states).toMatchObject({ field: "state", initial: "draft", stamps: { published: ["publishedAt"] } });
  expect(
    article?.endpoints
      .filter((endpoint) => endpoint.action === "transition")
      .map(({ method, path, to }) => [method, path, to]),
  ).toEqual([
    ["PUT", "/articles/{articleId}/submit", "in_review"],
    ["PUT", "/articles/{articleId}/publish", "published"],
    ["POST", "/articles/{articleId}/retract", "retracted"],
  ]);
  expect(article?.frozen).toEqual({ field: "state", values: ["retracted"] });
  expect(article?.endpoints.map((endpoint) => [endpoint.method, endpoint.public]).slice(0, 2)).toEqual([
    ["GET", true],
    ["POST", false],
  ]);
  expect(model.unsupported.map(({ reason }) => reason)).toEqual([
    "no rule builds GET /articles/trending",
    "live connections are not built offline",
    "file formats other than JSON are not built offline",
  ]);
});
