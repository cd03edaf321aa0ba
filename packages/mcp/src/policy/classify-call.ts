import type { PolicyMoment, ToolPolicy } from "./mcp-policy.ts";

/** What a tool call is about to do, in the policy's words; `failing`, `first-edit` and `end` depend on more than the call and are not named here. */
export function classifyCall(
  call: { name: string; input: unknown },
  tools: ToolPolicy,
): ReadonlySet<Exclude<PolicyMoment, "first-edit" | "failing" | "end">> {
  const found = new Set<Exclude<PolicyMoment, "first-edit" | "failing" | "end">>();
  if (tools.editTools.includes(call.name)) found.add("edit");
  if (tools.readTools.includes(call.name)) found.add("read");
  if (tools.directoryTools.includes(call.name)) found.add("directory");
  const command = call.name === "Bash" ? readCommand(call.input) : undefined;
  if (command === undefined) return found;
  // What a here-document holds is text, not a command; its redirection stands on the first line.
  const line = command.replaceAll(/<<-?\s*(['"]?)(\w+)\1([^\n]*)\n[\s\S]*?\n\s*\2\b/g, "$3");
  if (matchesAny(line, tools.editCommands)) found.add("edit");
  if (matchesAny(line, tools.dependencyCommands)) found.add("dependency");
  if (matchesAny(line, tools.deployCommands)) found.add("deployment");
  return found;
}

function readCommand(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null || !("command" in input)) return undefined;
  return typeof input.command === "string" ? input.command : undefined;
}

const compiled = new Map<string, RegExp>();

/** Whether one of these regular expressions (given as source) matches; each source is compiled once. */
export function matchesAny(text: string, sources: readonly string[], flags = ""): boolean {
  return sources.some((source) => {
    const key = `${flags}/${source}`;
    let expression = compiled.get(key);
    if (expression === undefined) {
      expression = new RegExp(source, flags);
      compiled.set(key, expression);
    }
    return expression.test(text);
  });
}
