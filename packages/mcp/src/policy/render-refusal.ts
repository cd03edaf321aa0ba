import type { EnforcePoint } from "@ccb/core";
import type { McpPolicy, PolicyMoment } from "./mcp-policy.ts";

const asks: Record<PolicyMoment, { before: string; after: string }> = {
  "first-edit": { before: "Before you change the first file", after: "Make these calls now, then change the file." },
  edit: { before: "Files are changed through this server", after: "Make the change with it instead." },
  read: { before: "Files are read through this server", after: "Read with it instead." },
  directory: { before: "Folders are listed and made through this server", after: "Use it instead." },
  dependency: { before: "Before you add a dependency", after: "Make these calls now, then add it." },
  failing: {
    before: "Several commands failed in a row. Before you go on changing files",
    after: "Make these calls now.",
  },
  deployment: { before: "Before you deploy or publish", after: "Make these calls now, then deploy." },
  end: { before: "Before you end", after: "Make these calls now, then end." },
};

/** What the model is told when a point is not met: which servers, why their calls do not count, one call that would do. */
export function renderRefusal(refusal: {
  point: EnforcePoint;
  missing: readonly { server: string; why: string }[];
  policy: McpPolicy;
  /** What was done already, where it was seen only afterwards. */
  done?: string;
}): string {
  const { point, missing, policy, done } = refusal;
  const { moment } = policy.points[point];
  const lines = missing.map(({ server, why }) => {
    const rule = policy.servers[server];
    return `- ${server}: ${why}. ${rule === undefined ? `Call one of its tools (mcp__${server}__…).` : `For example: ${findExample(moment, rule.example)}`}`;
  });
  const thing = moment === "edit" || moment === "read" || moment === "directory";
  const { before, after } = asks[moment];
  if (done !== undefined) {
    return [
      `The MCP policy was not met at ${point}: ${done} ${thing ? "without this server:" : "before these servers had been used with success:"}`,
      ...lines,
      thing ? after : "Make these calls now, and mend what was changed where they show that it is wrong. It is noted.",
    ].join("\n");
  }
  return [
    `The MCP policy is not met at ${point}. ${before}${thing ? ":" : ", these servers have to be used with success:"}`,
    ...lines,
    after,
  ].join("\n");
}

/** The filesystem server's own examples for what was tried without it. */
function findExample(moment: PolicyMoment, example: string): string {
  if (!example.startsWith("mcp__filesystem__")) return example;
  if (moment === "edit")
    return 'mcp__filesystem__write_file {"path": "src/a.ts", "content": "…"} or mcp__filesystem__edit_file';
  if (moment === "read") return 'mcp__filesystem__read_text_file {"path": "src/a.ts"}';
  return example;
}
