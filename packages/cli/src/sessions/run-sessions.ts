import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { findProject, openProjectSessions, type ProjectSession, type ProjectSessions } from "@ccb/builder/project";
import { CcbError } from "@ccb/core/errors";
import { exitCodes } from "../exit-codes.ts";
import { passphraseVariable } from "../init/read-session-passphrase.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import { formatBytes, formatPlural } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { countTranscript } from "./count-transcript.ts";
import { renderSession, renderSessionList } from "./render-sessions.ts";

export interface SessionFlags {
  json?: boolean;
  /** Milliseconds. */
  olderThan?: number;
}

interface SessionsCall {
  name: "list" | "show" | "clean" | "encrypt" | "decrypt";
  session?: string;
  directory: string | undefined;
  flags: SessionFlags;
  terminal: Terminal;
}

interface Answer {
  json: unknown;
  text: string;
}

/** `ccb sessions …`: what a build's sessions are, and what becomes of their transcripts. */
export async function runSessions(call: SessionsCall): Promise<number> {
  const { terminal, flags } = call;
  const { stdout } = terminal;
  const directory = findProject({ cwd: terminal.cwd, directory: call.directory });
  const sessions = openProjectSessions({ directory });
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const answer = await answerCall(call, { sessions, directory, paint });
  stdout.write(flags.json ? `${JSON.stringify(answer.json, null, 2)}\n` : `${answer.text}\n`);
  return exitCodes.done;
}

async function answerCall(
  call: SessionsCall,
  open: { sessions: ProjectSessions; directory: string; paint: Painter },
): Promise<Answer> {
  const { sessions, directory, paint } = open;
  const where = relative(call.terminal.cwd, directory) || ".";
  switch (call.name) {
    case "list": {
      const listed = await sessions.list();
      const json = { directory, sessions: listed };
      return { json, text: renderSessionList(listed, { where, paint, now: new Date() }) };
    }
    case "show":
      return show(findSession(await sessions.list(), { wanted: call.session ?? "", where }), { directory, paint });
    case "clean": {
      const { removed, bytes, released } = await sessions.clean({
        olderThanMs: call.flags.olderThan ?? Number.POSITIVE_INFINITY,
        environment: call.terminal.environment,
      });
      const refs = released.length === 0 ? "" : `, ${formatPlural(released.length, "set-aside ref")} let go`;
      const text = `${formatPlural(removed.length, "session")} removed, ${formatBytes(bytes)} freed${refs} in ${where}`;
      return { json: { removed, bytes, released }, text };
    }
    case "encrypt": {
      const { files } = await sessions.encrypt(readPassphrase(call.terminal));
      return { json: { files }, text: `${formatPlural(files.length, "file")} encrypted in ${where}` };
    }
    case "decrypt": {
      const { files } = await sessions.decrypt(readPassphrase(call.terminal));
      return { json: { files }, text: `${formatPlural(files.length, "file")} readable again in ${where}` };
    }
  }
}

async function show(session: ProjectSession, at: { directory: string; paint: Painter }): Promise<Answer> {
  const { transcript, transcriptPath } = session;
  const isReadable = transcript === "readable" && transcriptPath !== undefined;
  const content = isReadable ? countTranscript(await readFile(join(at.directory, transcriptPath), "utf8")) : undefined;
  return { json: { ...session, content }, text: renderSession(session, { paint: at.paint, content, now: new Date() }) };
}

/** By the id or its beginning, else the last session of a task. CcbError `bad-input` where none or several are meant. */
function findSession(sessions: ProjectSession[], asked: { wanted: string; where: string }): ProjectSession {
  const { wanted, where } = asked;
  const byId = sessions.filter(({ sessionId }) => sessionId?.startsWith(wanted));
  const ids = new Set(byId.map(({ sessionId }) => sessionId));
  const found = (byId.length > 0 ? byId : sessions.filter(({ task }) => task === wanted)).at(-1);
  if (found && ids.size <= 1) return found;
  throw new CcbError({
    code: "bad-input",
    message: found
      ? `"${wanted}" is the beginning of ${ids.size} sessions in ${where}.`
      : `There is no session or task "${wanted}" in ${where}.`,
    hint: `The ids are listed by: ccb sessions list ${where}`,
  });
}

function readPassphrase({ environment }: Terminal): string {
  const passphrase = environment[passphraseVariable] ?? "";
  if (passphrase.trim() !== "") return passphrase;
  throw new CcbError({
    code: "usage",
    message: `${passphraseVariable} is not set; it has to hold the passphrase.`,
    hint: `Type it without an echo: read -rs ${passphraseVariable}; export ${passphraseVariable}`,
  });
}
