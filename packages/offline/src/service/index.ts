export { explainRequirement } from "./explain-requirement.ts";
export { parseServiceModel } from "./parse-service-model.ts";
export { planServiceChecks, type ServiceCriterion } from "./plan-service-checks.ts";
export { planServiceParts, type ServicePart } from "./plan-service-parts.ts";
export { readServiceModel } from "./read-service-model.ts";
export { renderServicePart } from "./render-service-part.ts";
export type * from "./service-model.ts";
