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

/** What a failed session left is no part of what is judged: evidence is of a commit. It is kept under a ref with this name in it. */
export async function setLeftoversAside(bench: Workbench, name: string): Promise<void> {
  const head = await bench.repository.head();
  if (head === undefined || (await bench.repository.listChanges(head)).length === 0) return;
  const kept = await bench.repository.setAside(head, nameSetAside(bench, name));
  if (kept) bench.emit({ type: "warning", message: `Files that no task committed were kept as ${kept}.` });
}
