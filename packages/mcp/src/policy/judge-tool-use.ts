import type { ToolUse } from "@ccb/core";
import { matchesAny } from "./classify-call.ts";
import type { ServerPolicy } from "./mcp-policy.ts";

/** Whether one call counts as use of its server, and if not, why; the reason is written for the model. */
export function judgeToolUse(
  use: ToolUse,
  policy: ServerPolicy | undefined,
): { counts: true } | { counts: false; why: string } {
  const tool = use.name.slice(`mcp__${use.server ?? ""}__`.length);
  if (!use.succeeded || matchesAny(use.response, policy?.failurePatterns ?? [])) {
    return { counts: false, why: `${tool} did not succeed: ${renderAnswer(use.response)}` };
  }
  const counting = policy?.countingTools ?? [];
  if (counting.length > 0 && !counting.includes(tool)) {
    return { counts: false, why: `${tool} does not count; use ${counting.slice(0, 3).join(", ")}` };
  }
  return { counts: true };
}

function renderAnswer(response: string): string {
  const line = response.replaceAll(/\s+/g, " ").trim();
  if (line === "") return "its answer was empty";
  return `it answered "${line.length > 160 ? `${line.slice(0, 159)}…` : line}"`;
}
