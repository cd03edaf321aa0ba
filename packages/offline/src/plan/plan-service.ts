import type { Phase, Plan, Task, Waiver } from "@ccb/core";
import { readSpec } from "../analysis/read-spec.ts";
import { cannotBuildPrefix, offlineLabel } from "../offline-label.ts";
import type { Prompt } from "../request/read-prompt.ts";
import { explainRequirement, planServiceParts, readServiceModel, type ServicePart } from "../service/index.ts";
import { createIdMaker } from "./_id-maker.ts";
import { locatePart } from "./locate-part.ts";
import { isBuildable, partsFor } from "./service-parts.ts";

/**
 * Plans what the offline model itself can build, the parts of a REST service: foundation, resources, description and hardening. A requirement stands in
 * every part that it takes; what no rule builds is waived with the generator's reason. Without an entity there is nothing to build and no phase.
 */
export function planService(prompt: Prompt): Plan {
  const spec = readSpec(prompt);
  const model = readServiceModel(spec.text);
  const parts = isBuildable(model) ? planServiceParts(model) : [];
  const shift = locatePart(spec);
  const waivers: Waiver[] = [];
  const requirementsOf = new Map<ServicePart, string[]>(parts.map((part) => [part, []]));
  for (const { id, text, span, headingPath } of spec.requirements) {
    const explained = explainRequirement(model, {
      text,
      span: { start: span[0] - shift, end: span[1] - shift },
      headingPath,
    });
    if (explained.buildable && parts.length > 0) {
      for (const part of partsFor(explained.parts, parts)) requirementsOf.get(part)?.push(id);
    } else {
      const reason = explained.buildable
        ? "the specification describes no entity with fields, so there is no service to put it in"
        : explained.reason;
      waivers.push({ requirementId: id, reason: `${cannotBuildPrefix}${reason}` });
    }
  }
  return { phases: makePhases({ prompt, parts, requirementsOf }), waivers };
}

interface Work {
  prompt: Prompt;
  parts: ServicePart[];
  requirementsOf: Map<ServicePart, string[]>;
}

/** Parts that an earlier piece of the specification planned are not planned again; tasks then stand on those of the earlier plan. */
function makePhases(work: Work): Phase[] {
  const { prompt, parts } = work;
  const earlier = prompt.earlierPhases.flatMap((phase) => phase.tasks);
  const plannedBy = (part: ServicePart) => earlier.find((task) => task.files.some((file) => part.files.includes(file)));
  const takeTaskId = createIdMaker(earlier.map((task) => task.id));
  const idOf = new Map(parts.map((part) => [part.id, plannedBy(part)?.id ?? takeTaskId(part.id, "part")]));
  const open = parts.filter((part) => !plannedBy(part) || (work.requirementsOf.get(part)?.length ?? 0) > 0);
  const takePhaseId = createIdMaker(prompt.earlierPhases.map((phase) => phase.id));
  const kinds: [name: string, goal: string, has: (part: ServicePart) => boolean][] = [
    ["Foundation", "The service starts, answers its health and stops cleanly", (part) => part.dependsOn.length === 0],
    ["Resources", "Every resource works as specified", (part) => part.dependsOn.length > 0 && part.entities.length > 0],
    [
      "Hardening",
      "The service describes itself and withstands bad input",
      (part) => part.dependsOn.length > 0 && part.entities.length === 0,
    ],
  ];
  return kinds.flatMap(([name, goal, has]) => {
    const tasks = open
      .filter(has)
      .map((part) => makeTask(part, { work, idOf, again: plannedBy(part) ? takeTaskId(part.id, "part") : undefined }));
    if (tasks.length === 0) return [];
    return [{ id: takePhaseId(name, "phase"), name, goal: `${goal}. Planned by ${offlineLabel}.`, tasks }];
  });
}

function makeTask(part: ServicePart, made: { work: Work; idOf: Map<string, string>; again: string | undefined }): Task {
  const own = made.idOf.get(part.id) ?? part.id;
  const dependsOn = part.dependsOn.flatMap((id) => made.idOf.get(id) ?? []);
  return {
    id: made.again ?? own,
    name: part.title,
    description: part.description,
    dependsOn: made.again === undefined ? dependsOn : [own],
    files: part.files,
    requirementIds: [...new Set(made.work.requirementsOf.get(part))],
    size: part.files.length <= 3 ? "S" : part.files.length <= 8 ? "M" : "L",
  };
}
