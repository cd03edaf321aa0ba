import type { ServiceModel } from "../service/index.ts";

/** A part of a service that one task can write. */
export interface PlannedPart {
  id: string;
  title: string;
  dependsOn: string[];
  files: string[];
}

/** The parts of a service; none while the generator renders no files. */
export function listParts(_model: ServiceModel): PlannedPart[] {
  return [];
}
