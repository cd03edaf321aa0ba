import type { Requirement } from "@ccb/core";
import type { Intake } from "./intake.ts";

/** The requirements that begin in one chunk; chunks are lossless, so every requirement begins in exactly one. */
export function requirementsOf(intake: Pick<Intake, "chunks" | "requirements">, index: number): Requirement[] {
  let start = 0;
  for (const chunk of intake.chunks) {
    const end = start + chunk.text.length;
    if (chunk.index === index) {
      return intake.requirements.filter(({ span }) => span.start >= start && span.start < end);
    }
    start = end;
  }
  return [];
}

const indexes = new WeakMap<readonly Requirement[], Map<string, number>>();

/** The requirements with these ids, in the order of the specification. Looked up, since a plan of thousands of tasks asks once for each. */
export function pickRequirements(requirements: readonly Requirement[], ids: Iterable<string>): Requirement[] {
  let index = indexes.get(requirements);
  if (!index) {
    index = new Map(requirements.map(({ id }, at) => [id, at]));
    indexes.set(requirements, index);
  }
  const places = [...new Set(ids)].flatMap((id) => index.get(id) ?? []).sort((left, right) => left - right);
  return places.flatMap((at) => requirements[at] ?? []);
}
