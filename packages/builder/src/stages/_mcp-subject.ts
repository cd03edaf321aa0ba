import type { Phase, Task } from "@ccb/core";
import type { PolicySubject } from "@ccb/mcp";

/** A session as the MCP policy sees it: its place in the phase, its size, and what the phase is about. Pure. */
export function describeSubject({ phase, task }: { phase: Phase; task: Task }): PolicySubject {
  const tasks = phase.tasks.map(({ name, description }) => `${name}\n${description}`);
  return {
    firstOfPhase: phase.tasks[0]?.id === task.id,
    lastOfPhase: phase.tasks.at(-1)?.id === task.id,
    size: task.size,
    phaseText: [phase.name, phase.goal, ...tasks].join("\n"),
  };
}
