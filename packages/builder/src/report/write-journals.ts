import { join } from "node:path";
import type { BuildEvent } from "@ccb/core";
import { writeArtifacts } from "../project/write-artifact.ts";
import { renderAgentJournal } from "./render-agent-journal.ts";
import { renderMasterGuide } from "./render-master-guide.ts";
import { renderStateRecovery } from "./render-state-recovery.ts";

/** Names of the pages that {@link writeJournals} writes. */
export const journalFiles = ["agentJournal.md", "masterGuide.md", "stateRecovery.md"] as const;

/** Writes the three pages into the project directory, each whole or not at all, and returns their names. */
export async function writeJournals(options: {
  directory: string;
  project: string;
  events: readonly BuildEvent[];
}): Promise<readonly string[]> {
  const { directory, project, events } = options;
  const pages = [renderAgentJournal, renderMasterGuide, renderStateRecovery].map((render) => render(project, events));
  await writeArtifacts(journalFiles.map((name, at) => ({ path: join(directory, name), content: pages[at] ?? "" })));
  return journalFiles;
}
