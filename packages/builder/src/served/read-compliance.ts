import type { BuildEvent } from "@ccb/core";
import { requireProject, withProjectStore } from "../project/project-store.ts";
import { type ComplianceReport, sumCompliance } from "../report/sum-compliance.ts";

const types = ["mcp-judged", "mcp-violated", "mcp-used", "mcp-unavailable"];

/** Reads the events of a project's journal that tell of MCP servers, and sums them up. CcbError `bad-input` for a directory that is no project. */
export function readCompliance(directory: string): ComplianceReport {
  const places = types.map(() => "?").join(", ");
  const events = withProjectStore(
    requireProject(directory),
    (store) =>
      store.database
        .prepare(`SELECT body FROM events WHERE type IN (${places}) ORDER BY sequence`)
        .all(...types)
        .map((row) => JSON.parse(String(row.body)) as BuildEvent),
    { readOnly: true },
  );
  return sumCompliance(events);
}
