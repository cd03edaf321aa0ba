import type { Workbench } from "../workbench.ts";

/** A name for work that is put aside, unique by time. */
export function nameSetAside(bench: Workbench, task: string): string {
  return `${task}-${bench.clock
    .now()
    .toISOString()
    .replaceAll(/[^0-9]/g, "")}`;
}

export function reportSetAside(bench: Workbench, task: string, ref: string): void {
  bench.emit({ type: "warning", message: `Unfinished work of task ${task} was set aside as ${ref}.` });
}
