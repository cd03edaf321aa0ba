import { join } from "node:path";
import { estimateTokens } from "@ccb/context";
import { renderPromptSection, type Task } from "@ccb/core";
import { chooseMemories, readMemoryGraph } from "@ccb/mcp/memory";
import type { ProjectPaths } from "../project/project-paths.ts";

/** Tokens of the memory that a session is given at once; it can ask the server for the rest. */
const memoryBudget = 6_000;

/** What earlier tasks remembered, as a part of a task's prompt: what speaks of the task first. None where nothing is known. */
export async function describeMemory(paths: Pick<ProjectPaths, "memory">, task: Task): Promise<string[]> {
  const { graph } = await readMemoryGraph(join(paths.memory, "memory.jsonl"));
  const about = [task.name, task.description, ...task.files].join("\n");
  const chosen = chooseMemories({ graph, about, budgetTokens: memoryBudget, countTokens: estimateTokens });
  if (chosen.text === "") return [];
  const more = chosen.leftOut.length > 0 ? `\n\nAlso known to the memory server: ${chosen.leftOut.join(", ")}.` : "";
  const attributes = { entities: String(graph.entities.length - chosen.leftOut.length) };
  return [renderPromptSection({ name: "memory", attributes, content: `${chosen.text}${more}` })];
}
