import type { ResearchQuestion, ResearchSource } from "@ccb/agents/research";
import { CcbError, type McpServerDefinition, type WebSearch } from "@ccb/core";
import type { ServerPool } from "@ccb/mcp";
import type { AskOutside } from "../replay/ask-outside.ts";

/** Characters of one answer; the rest of a long page seldom answers the question. */
const longestSource = 20_000;
/** Characters of one answer of a server that are looked at and recorded. */
const longestAnswer = 200_000;

/** Who can be asked. */
export interface Library {
  pool: ServerPool;
  ask: AskOutside;
  servers: readonly McpServerDefinition[];
  /** The model server's own search; undefined where it is not to be asked. */
  webSearch: WebSearch | undefined;
  build: string;
}

/**
 * What the servers answer to a question: context7's documentation of the library, and the search tool of every custom server that names the point `research` (a web search). An answer
 * that is an error is a problem, not a source. The model server's own web search is asked where the library has one.
 */
export async function lookUp(
  library: Library,
  look: { question: ResearchQuestion; signal: AbortSignal },
): Promise<{ sources: ResearchSource[]; problems: string[] }> {
  const { pool, ask, servers } = library;
  const { question, signal } = look;
  const found: { title: string; origin: string; text: string }[] = [];
  const problems: string[] = [];
  const call = async (server: string, tool: string, input: Record<string, unknown>) => {
    const answer = await ask({ source: `${server} ${tool}`, question: { arguments: input } }, async () => {
      const given = await pool.call({ server, tool, arguments: input, signal, timeoutMs: 60_000 });
      if (given.status === "failed") return { status: given.status, reason: given.reason };
      return { status: given.status, isError: given.isError, text: given.text.slice(0, longestAnswer) };
    });
    if (answer.status === "failed") problems.push(answer.reason);
    else if (
      answer.isError ||
      /^\s*(?:Error\b|Failed to\b|No libraries found|Documentation not found)/.test(answer.text)
    )
      problems.push(`${server} ${tool}: ${answer.text.slice(0, 200)}`);
    else return answer.text;
    return undefined;
  };
  for (const server of servers) {
    if (server.name === "context7") {
      const query = question.question;
      const listed = await call("context7", "resolve-library-id", { libraryName: question.library, query });
      const libraryId = /library ID:\s*(\/\S+)/i.exec(listed ?? "")?.[1];
      if (libraryId === undefined) continue;
      const text = await call("context7", "query-docs", { libraryId, query });
      if (text !== undefined)
        found.push({ title: `${question.library} documentation`, origin: `context7 ${libraryId}`, text });
    } else if (server.enforceAt.includes("research")) {
      const listed = await ask({ source: `${server.name} tools/list`, question: {} }, async () => {
        const tools = await pool.tools(server.name, signal);
        if (!tools.ok) return { ok: tools.ok, reason: tools.reason };
        return { ok: tools.ok, search: tools.tools.find(({ name }) => /search/i.test(name))?.name };
      });
      if (!listed.ok) problems.push(listed.reason);
      const search = listed.ok ? listed.search : undefined;
      if (search === undefined) continue;
      const text = await call(server.name, search, { query: `${question.library}: ${question.question}` });
      if (text !== undefined)
        found.push({ title: `Search for ${question.library}`, origin: `${server.name} ${search}`, text });
    }
  }
  found.push(...(await searchWeb(library, look, problems)));
  const sources = found.map((source, at) => ({
    ...source,
    id: `S${at + 1}`,
    text: source.text.slice(0, longestSource),
  }));
  return { sources, problems };
}

/** A search that fails leaves what else was found; only a stop and a reached budget go on to the caller. */
async function searchWeb(
  library: Library,
  { question, signal }: { question: ResearchQuestion; signal: AbortSignal },
  problems: string[],
): Promise<{ title: string; origin: string; text: string }[]> {
  if (library.webSearch === undefined) return [];
  try {
    const scope = { build: library.build };
    const asked = `${question.library}: ${question.question}`;
    const answer = await library.webSearch({ question: asked, scope, signal });
    problems.push(...answer.problems);
    if (answer.sources.length === 0 && answer.problems.length === 0) problems.push("the web search cited no page");
    return answer.sources.map(({ title, url, text }) => ({ title, origin: url, text }));
  } catch (error) {
    if (signal.aborted || !CcbError.isInstance(error) || error.code === "budget-reached") throw error;
    const { status } = error.details;
    // A server that does not know the tool will not know it for the next question either.
    if (status === 400 || status === 404) library.webSearch = undefined;
    problems.push(`the model server's web search failed: ${error.message}`);
    return [];
  }
}
