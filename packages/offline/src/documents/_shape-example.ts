import type { ServiceModel, ShapeTemplate } from "../service/index.ts";
import { code } from "./_markdown.ts";

/** The form of an error answer, with an example in the places that change. */
export function errorExample(service: ServiceModel): string {
  return code("json", JSON.stringify(fillShape(service, service.errorShape), null, 2));
}

/** The form of a list answer; the records themselves are left out. */
export function listExample(service: ServiceModel): string {
  return code("json", JSON.stringify(fillShape(service, service.listShape), null, 2));
}

/** A shape with an example in the places that change. */
export function fillShape(service: ServiceModel, shape: ShapeTemplate): ShapeTemplate {
  return fill(shape, exampleValues(service));
}

function exampleValues(service: ServiceModel): Record<string, ShapeTemplate> {
  const entity = service.entities[0];
  const field = entity?.fields.find(({ readOnly }) => !readOnly)?.name ?? "name";
  const problem = "is required";
  const { validation } = service.status;
  return {
    $code: service.errorCodes[String(validation)] ?? "validation_error",
    $message: `The request is not valid: ${field} ${problem}.`,
    $status: validation,
    $field: field,
    $problem: problem,
    $fieldText: `${field} ${problem}`,
    $fieldMap: { [field]: problem },
    $fieldLists: { [field]: [problem] },
    $items: [{ [entity?.key ?? "id"]: "…" }],
    $total: 1,
    $size: service.pagination.defaultSize,
    $page: 1,
    $pages: 1,
    $offset: 0,
    $hasMore: false,
  };
}

/** A list that begins with "$fields" stands for one entry for each wrong field, in the form of its second item. */
function fill(shape: ShapeTemplate, values: Record<string, ShapeTemplate>): ShapeTemplate {
  if (typeof shape === "string") return values[shape] ?? shape;
  if (Array.isArray(shape)) {
    return shape[0] === "$fields" ? [fill(shape[1] ?? "$fieldText", values)] : shape.map((part) => fill(part, values));
  }
  if (typeof shape !== "object" || shape === null) return shape;
  return Object.fromEntries(Object.entries(shape).map(([key, inner]) => [key, fill(inner, values)]));
}
