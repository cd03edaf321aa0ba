import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  planResearch,
  type ResearchNotes,
  type ResearchQuestion,
  type ResearchSource,
  renderResearchPage,
  researchAgent,
} from "@ccb/agents/research";
import { type Analysis, type McpServerDefinition, offlineModelId, type Plan, renderPromptSection } from "@ccb/core";
import { createServerPool } from "@ccb/mcp";
import { writeArtifact, writeJsonArtifact } from "../project/write-artifact.ts";
import { runStep } from "../stages/_run-step.ts";
import type { Workbench } from "../workbench.ts";
import { type Library, lookUp } from "./look-up.ts";

/** What of the workbench research needs. */
export type ResearchBench = Pick<
  Workbench,
  | "servers"
  | "unavailable"
  | "emit"
  | "model"
  | "webSearch"
  | "askOutside"
  | "environment"
  | "journal"
  | "build"
  | "signal"
  | "clock"
> & { paths: { root: string; artifacts: string } };

/** One page of notes, as `artifacts/research/index.json` lists it. */
interface ResearchPage {
  id: string;
  library: string;
  phases: string[];
  notes: number;
}

interface Researched {
  sources: ResearchSource[];
  notes: ResearchNotes;
  at: string;
}

/**
 * Finds out how the libraries of a plan are used today: asks context7 and search servers, or the model server's own web search, has the research agent write cited notes, saves them as `artifacts/research/<library>.md`.
 * What cannot be found out is a warning, never the end of a build; answers are journalled and asked for once. Resolves with the number of pages.
 */
export async function researchLibraries(
  bench: ResearchBench,
  made: { analysis: Analysis; plan: Plan },
): Promise<{ pages: number }> {
  const questions = planResearch(made);
  const servers = listResearchServers(bench);
  if (questions.length === 0) return { pages: 0 };
  const isOffline = bench.model.id === offlineModelId;
  if (isOffline || (servers.length === 0 && bench.webSearch === undefined)) {
    const names = questions.map(({ library }) => library).join(", ");
    const why = isOffline
      ? "the build is offline"
      : "no documentation server can be reached, and there is no web search";
    bench.emit({ type: "warning", message: `Nothing was looked up about ${names}: ${why}.` });
    return { pages: 0 };
  }
  const pool = createServerPool({ servers, environment: bench.environment, cwd: bench.paths.root });
  const pages: ResearchPage[] = [];
  const webSearch = searchesItself(servers) ? bench.webSearch : undefined;
  const library: Library = { pool, ask: bench.askOutside, servers, webSearch, build: bench.build };
  try {
    for (const question of questions) {
      const page = await researchOne(bench, question, library);
      if (page !== undefined) pages.push(page);
    }
  } finally {
    await pool.close();
  }
  await writeJsonArtifact(join(bench.paths.artifacts, "research", "index.json"), pages);
  return { pages: pages.length };
}

/** The servers that are asked about libraries. */
export function listResearchServers(bench: Pick<Workbench, "servers" | "unavailable">): McpServerDefinition[] {
  return bench.servers.filter(({ name, enforceAt }) => !bench.unavailable.has(name) && enforceAt.includes("research"));
}

/** Whether the model server's own web search is asked: where no server of the user's searches. */
export function searchesItself(servers: readonly McpServerDefinition[]): boolean {
  return servers.every(({ name }) => name === "context7");
}

async function researchOne(
  bench: ResearchBench,
  question: ResearchQuestion,
  asked: Library,
): Promise<ResearchPage | undefined> {
  const { id, library, phases } = question;
  try {
    const inputs = { question, model: bench.model.id, agent: researchAgent.system };
    const { value } = await runStep(bench, { name: `research:${id}`, inputs }, async (): Promise<Researched> => {
      const { sources, problems } = await lookUp(asked, { question, signal: bench.signal });
      if (sources.length === 0) throw new Error(problems.join("; ") || "no server knows it");
      const { value: notes } = await researchAgent.run(
        { question: question.question, sources },
        { model: bench.model, scope: { build: bench.build }, signal: bench.signal },
      );
      // The page says when it was looked up, and tasks read the page: a replay takes the recorded time.
      const { at } = await bench.askOutside({ source: "clock", question: { research: id } }, async () => ({
        at: bench.clock.now().toISOString(),
      }));
      return { sources, notes, at };
    });
    const page = renderResearchPage({ title: library, question: question.question, ...value });
    await writeArtifact(join(bench.paths.artifacts, "research", `${id}.md`), page);
    return { id, library, phases, notes: value.notes.notes.length };
  } catch (error) {
    // Stopping and a reached budget end the build; anything else leaves it without this page.
    if (bench.signal.aborted || (error instanceof Error && "code" in error && error.code === "budget-reached"))
      throw error;
    const what = error instanceof Error ? error.message : String(error);
    bench.emit({ type: "warning", message: `Nothing was found out about ${library}: ${what}` });
    return undefined;
  }
}

/** The notes that concern a phase, as parts of a task's prompt; none where nothing was looked up. */
export async function describeResearch(artifacts: string, phase: string): Promise<string[]> {
  const index = await readIfThere(join(artifacts, "research", "index.json"));
  if (index === undefined) return [];
  const pages = (JSON.parse(index) as ResearchPage[]).filter((page) => page.phases.includes(phase) && page.notes > 0);
  const parts = pages.map(async ({ id, library }) => {
    const content = await readIfThere(join(artifacts, "research", `${id}.md`));
    return content === undefined
      ? []
      : [renderPromptSection({ name: "research", attributes: { library }, content: content.trim().slice(0, 6000) })];
  });
  return (await Promise.all(parts)).flat();
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
