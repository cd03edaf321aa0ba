import type { EntityModel, ServiceModel } from "../service/index.ts";
import { entityNamed, isCreatable, requiredReferences, sampledFields } from "../service/sample/model-facts.ts";
import { sampleField } from "../service/sample/sample-field.ts";
import { withArticle } from "./_describe-service.ts";

/** A request worth showing. */
export interface ExampleRequest {
  title: string;
  request: { method: string; path: string; body?: unknown };
}

/** Up to two requests for a resource: one that creates a record, with values its rules accept, and one that lists. */
export function findExamples(service: ServiceModel, entity: EntityModel): ExampleRequest[] {
  const listing = entity.endpoints.find(({ action, path }) => action === "list" && !path.includes("{"));
  const creating = entity.endpoints.find(({ action }) => action === "create");
  const several = entity.plural.replaceAll("_", " ");
  return [
    ...(creating && isCreatable(service, entity)
      ? [
          {
            title: `create one of the ${several}`,
            request: { method: "POST", path: shownPath(creating.path), body: sampleBody(service, entity) },
          },
        ]
      : []),
    ...(listing ? [{ title: `list ${several}`, request: { method: "GET", path: listing.path } }] : []),
  ];
}

/** References are left to the reader, in words: only a running service knows ids. */
function sampleBody(service: ServiceModel, entity: EntityModel): Record<string, unknown> {
  const own = sampledFields(entity).map((field) => [field.name, sampleField(entity, field, 1)] as const);
  const references = requiredReferences(entity).map((field) => {
    const target = entityNamed(service, field.reference?.entity);
    return [field.name, `<${target?.key ?? "id"} of ${withArticle(target?.title ?? "record")}>`] as const;
  });
  return Object.fromEntries([...own, ...references].filter(([, value]) => value !== undefined));
}

function shownPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, "<$1>");
}
