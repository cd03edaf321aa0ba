import { findTaskParts } from "../plan/service-parts.ts";
import { readServiceModel, renderServicePart } from "../service/index.ts";
import type { SessionTask } from "./read-session.ts";
import type { WholeSpecification } from "./read-whole-specification.ts";

/** The files of a task, whole. */
export interface TaskFiles {
  kind: "files";
  files: { path: string; content: string }[];
  /** Ids of the service's parts they make up. */
  parts: string[];
  /** What the specification asks for and the service does not have, as sentences. */
  leftOut: string[];
}

/** What a task comes to: files, or a sentence why there are none. */
export function planTaskFiles(
  task: SessionTask | undefined,
  specification: Exclude<WholeSpecification, { state: "reading" }>,
): TaskFiles | { kind: "nothing"; reason: string } {
  if (specification.state === "unreadable")
    return nothing(task, `the specification could not be read: ${specification.reason}`);
  if (!task) return nothing(task, "the prompt holds no task");
  const model = readServiceModel(specification.text);
  const parts = findTaskParts(model, task);
  if (parts.length === 0) {
    return nothing(task, "it builds REST services only, and no part of one belongs to this task");
  }
  return {
    kind: "files",
    files: parts.flatMap((part) => renderServicePart(model, part)),
    parts,
    leftOut: model.unsupported.map(({ text, reason }) => `“${text}” (${reason}).`),
  };
}

function nothing(task: SessionTask | undefined, reason: string): { kind: "nothing"; reason: string } {
  const name = task ? `"${task.name}"` : "this task";
  return {
    kind: "nothing",
    reason: `CCB's offline model, which answers by rule and is not a language model, cannot carry out ${name}: ${reason}. Nothing was written.`,
  };
}
