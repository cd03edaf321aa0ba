import type { Analysis } from "@ccb/core";
import { isBuildable } from "../plan/service-parts.ts";
import type { ServiceModel } from "../service/index.ts";
import type { SpecReading } from "./read-spec.ts";

const most = 24;

/** Components: the entities of a service where there are any, then the sections that hold requirements, else all top sections. */
export function findComponents(spec: SpecReading, service: ServiceModel): Analysis["components"] {
  const entities = (isBuildable(service) ? service.entities : []).map((entity) => ({
    name: entity.title,
    purpose: `Entity with ${plural(entity.fields.length, "field")} and ${plural(entity.endpoints.length, "endpoint")}: ${entity.fields
      .slice(0, 8)
      .map((field) => field.name)
      .join(", ")}.`,
  }));
  const bySection = new Map<string, number>();
  for (const { headingPath } of spec.requirements) {
    const title = sectionTitle(headingPath);
    if (title !== "") bySection.set(title, (bySection.get(title) ?? 0) + 1);
  }
  const named = new Set(
    service.entities.flatMap(({ title, plural: several }) => [title, several.replaceAll("_", " ")]),
  );
  const further = [...bySection].filter(([title]) => !named.has(title.toLowerCase()));
  const sections = further.map(([name, count]) => ({
    name,
    purpose: `Section with ${plural(count, "requirement")}.`,
  }));
  const found = [...entities, ...sections].filter(
    (component, index, all) => all.findIndex((other) => other.name === component.name) === index,
  );
  return (found.length > 0 ? found : topSections(spec)).slice(0, most);
}

/** The title below the document's own, or the only one. */
export function sectionTitle(headingPath: string[]): string {
  return headingPath[1] ?? headingPath[0] ?? "";
}

function topSections(spec: SpecReading): Analysis["components"] {
  return spec.sections
    .filter(({ level, title }) => (level === 1 || level === 2) && title.trim() !== "")
    .map(({ title, own }) => ({ name: title, purpose: `Section from line ${own.startLine} to ${own.endLine}.` }));
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
