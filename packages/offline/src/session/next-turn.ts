import type { ContentBlock, Conversation, MessageAnswer, ToolExchange } from "@ccb/testing";
import type { Prompt } from "../request/read-prompt.ts";
import {
  askForDocumentation,
  callTool,
  listServers,
  lookAtGit,
  recallMemory,
  recordMemory,
  thinkOnce,
  useServer,
} from "./call-server.ts";
import { planTaskFiles, type TaskFiles } from "./plan-task-files.ts";
import { readSession, type Session } from "./read-session.ts";
import { readTestRun, testCommand } from "./read-test-run.ts";
import { joinPath, readWholeSpecification } from "./read-whole-specification.ts";
import { renderClosing, renderObservations } from "./render-closing.ts";

/**
 * The next turn of a task session, computed from the conversation alone: look around, read the specification, write the files and run
 * the tests, mend refused writes once, record, close. A refusal to end is answered with the calls it asks for.
 */
export function planNextTurn(conversation: Conversation, prompt: Prompt): MessageAnswer {
  const session = readSession(conversation, prompt);
  const refused = session.refusal && answerRefusal(session, session.refusal);
  if (refused && refused.length > 0) return { content: refused };
  const specification = readWholeSpecification(session);
  const looking = lookAround(session);
  if (specification.state === "reading") return say("Reading the specification.", [...looking, ...specification.calls]);
  const files = planTaskFiles(session.task, specification);
  if (files.kind === "nothing") return { content: [{ type: "text", text: files.reason }] };
  if (looking.length > 0) return say(`Starting ${session.task?.name ?? "the task"}.`, looking);
  const steps = [() => write(session, files), () => mend(session, files), () => record(session, files)];
  for (const step of steps) {
    const calls = step();
    if (calls.length > 0) return { content: calls };
  }
  return { content: [{ type: "text", text: renderClosing({ session, files, tests: readTestRun(session.calls) }) }] };
}

function say(text: string, calls: ContentBlock[]): MessageAnswer {
  return { content: [{ type: "text", text }, ...calls] };
}

/** Once, in the first turn. The first task of a plan also thinks aloud and asks for documentation. */
function lookAround(session: Session): ContentBlock[] {
  if (session.calls.length > 0) return [];
  const first = session.task?.dependsOn.length === 0;
  return [...recallMemory(session), ...(first ? [...thinkOnce(session), ...askForDocumentation(session)] : [])];
}

function write(session: Session, files: TaskFiles): ContentBlock[] {
  const written = new Set(writesOf(session).map((call) => call.input.file_path));
  const open = files.files.filter((file) => !written.has(joinPath(session.directory, file.path)));
  return open.length === 0 ? [] : [...writeAll(session, open), ...runTests(session)];
}

/** Writes that were refused are tried once more, after the file was read or the server used that the refusal names. */
function mend(session: Session, files: TaskFiles): ContentBlock[] {
  const tries = (path: string) =>
    writesOf(session).filter((call) => call.input.file_path === joinPath(session.directory, path));
  const open = files.files.filter(({ path }) => tries(path).every((call) => call.isError) && tries(path).length === 1);
  if (open.length === 0) return [];
  const reasons = open.map(({ path }) => tries(path)[0]?.result ?? "").join("\n");
  const unread = open.filter(({ path }) => /has not been read/i.test(tries(path)[0]?.result ?? ""));
  return [
    ...namedServers(session, reasons).flatMap((server) => useServer(session, server)),
    ...unread.flatMap(({ path }) => callTool(session, "Read", { file_path: joinPath(session.directory, path) })),
    ...writeAll(session, open),
    ...runTests(session),
  ];
}

function record(session: Session, files: TaskFiles): ContentBlock[] {
  if (session.calls.some((call) => call.name === "mcp__memory__create_entities")) return [];
  if (session.calls.some((call) => call.name === "mcp__git__git_status")) return [];
  const observations = renderObservations({ session, files, tests: readTestRun(session.calls) });
  return [...recordMemory(session, observations), ...lookAtGit(session)];
}

/** The servers that a refusal names are used, each once for a refusal; what it asks beside that the offline model cannot do. */
function answerRefusal(session: Session, refusal: { text: string; calls: ToolExchange[] }): ContentBlock[] {
  if (refusal.calls.length > 0) return [];
  const calls = namedServers(session, refusal.text).flatMap((server) => useServer(session, server));
  return /\bnpm test\b|\brun the tests\b/i.test(refusal.text) ? [...calls, ...runTests(session)] : calls;
}

function namedServers(session: Session, text: string): string[] {
  return listServers(session).filter((server) => text.includes(server));
}

function writesOf(session: Session): ToolExchange[] {
  return session.calls.filter((call) => call.name === "Write");
}

function writeAll(session: Session, files: TaskFiles["files"]): ContentBlock[] {
  return files.flatMap(({ path, content }) =>
    callTool(session, "Write", { file_path: joinPath(session.directory, path), content }),
  );
}

function runTests(session: Session): ContentBlock[] {
  return callTool(session, "Bash", { command: testCommand, description: "Run the tests", timeout: 120_000 });
}
