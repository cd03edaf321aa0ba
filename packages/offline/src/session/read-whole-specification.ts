import type { ContentBlock, ToolExchange } from "@ccb/testing";
import type { Session } from "./read-session.ts";

/** Lines asked for at once; halved where Claude Code refuses a page as too large. */
const pageLines = 400;
const smallestPage = 5;

/** The whole text; or the pages still to be read; or why it cannot be had. */
export type WholeSpecification =
  | { state: "whole"; text: string }
  | { state: "reading"; calls: ContentBlock[] }
  | { state: "unreadable"; reason: string };

/**
 * Puts the whole specification together. A prompt that holds only a part of it is not enough to build from, so
 * `artifacts/specification.md` is read page by page with the Read tool: 1, 2, 4, … pages a turn until one is short.
 */
export function readWholeSpecification(session: Session): WholeSpecification {
  const { specification } = session.prompt;
  if (specification.complete) return { state: "whole", text: specification.text };
  if (!session.tools.has("Read")) return { state: "unreadable", reason: "the session has no Read tool" };
  const path = joinPath(session.directory, "artifacts/specification.md");
  const reads = session.calls.filter((call) => call.name === "Read" && call.input.file_path === path);
  const lines: string[] = [];
  for (let next = 1; ; next = lines.length + 1) {
    const tried = reads.filter((call) => call.input.offset === next);
    const page = tried.find((call) => !call.isError && call.result !== undefined);
    if (!page) return nextPages({ path, next, tried, reads });
    const read = readPage(page, next);
    lines.push(...read);
    if (read.length < Number(page.input.limit)) return { state: "whole", text: lines.join("\n") };
  }
}

function nextPages(at: {
  path: string;
  next: number;
  tried: ToolExchange[];
  reads: ToolExchange[];
}): WholeSpecification {
  const refused = at.tried.at(-1);
  if (!refused) {
    const count = Math.max(1, at.reads.filter((call) => !call.isError).length);
    const offsets = Array.from({ length: count }, (_, index) => at.next + index * pageLines);
    return { state: "reading", calls: offsets.map((offset) => readCall(at.path, offset, pageLines)) };
  }
  const smaller = Math.floor(Number(refused.input.limit) / 4);
  if (smaller < smallestPage || !/token|too large|exceeds/i.test(refused.result ?? "")) {
    return { state: "unreadable", reason: `Read said: ${(refused.result ?? "nothing").slice(0, 300)}` };
  }
  const offsets = [0, 1, 2, 3].map((index) => at.next + index * smaller);
  return { state: "reading", calls: offsets.map((offset) => readCall(at.path, offset, smaller)) };
}

function readCall(path: string, offset: number, limit: number): ContentBlock {
  return { type: "tool_use", name: "Read", input: { file_path: path, offset, limit } };
}

/** Read numbers its lines: "12<tab>text". A page behind the end holds none. */
function readPage(page: ToolExchange, first: number): string[] {
  const lines: string[] = [];
  for (const line of (page.result ?? "").split("\n")) {
    const match = /^\s*(\d+)(?:\t|→)(.*)$/.exec(line);
    if (match && Number(match[1]) === first + lines.length) lines.push(match[2] ?? "");
  }
  return lines;
}

/** A path inside the project directory. */
export function joinPath(directory: string, path: string): string {
  return directory === "" ? path : `${directory.replace(/[\\/]+$/, "")}/${path}`;
}
