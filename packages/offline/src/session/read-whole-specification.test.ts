import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPrompt } from "../request/read-prompt.ts";
import type { Session } from "./read-session.ts";
import { readWholeSpecification } from "./read-whole-specification.ts";

type Call = Session["calls"][number];

function createSession(calls: Call[]): Session {
  return {
    prompt: readPrompt('<specification complete="false" title="x">\npart\n</specification>'),
    task: undefined,
    directory: "/project",
    calls,
    refusal: undefined,
    tools: new Set(["Read"]),
    schemaOf: () => undefined,
  };
}

/** Reads as Claude Code does: numbered lines, a warning behind the end, and a refusal of pages with too many characters. */
function read(text: string, input: Record<string, unknown>): Pick<Call, "result" | "isError"> {
  const lines = text.split("\n");
  const from = Number(input.offset) - 1;
  const page = lines.slice(from, from + Number(input.limit));
  if (page.join("\n").length > 4000) {
    return { result: "File content (30000 tokens) exceeds maximum allowed tokens (25000).", isError: true };
  }
  if (page.length === 0) {
    return { result: `<system-reminder>The file has only ${lines.length} lines.</system-reminder>`, isError: false };
  }
  return { result: page.map((line, index) => `${from + index + 1}\t${line}`).join("\n"), isError: false };
}

function readToTheEnd(text: string): { text: string; turns: number } {
  const calls: Call[] = [];
  for (let turns = 1; turns < 200; turns++) {
    const state = readWholeSpecification(createSession(calls));
    if (state.state === "unreadable") throw new Error(state.reason);
    if (state.state === "whole") return { text: state.text, turns };
    for (const block of state.calls) {
      if (block.type !== "tool_use") continue;
      calls.push({ id: String(calls.length), name: block.name, input: block.input, ...read(text, block.input) });
    }
  }
  throw new Error("it does not end");
}

describe("readWholeSpecification", () => {
  it("puts any text together from its pages", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 60 }).filter((text) => !/[\n\r]/.test(text));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 1500 }), (lines) => {
        expect(readToTheEnd(lines.join("\n")).text).toBe(lines.join("\n"));
      }),
      { numRuns: 40 },
    );
  });

  it("asks for smaller pages where a page is refused, and for more at once as it goes on", () => {
    const text = Array.from({ length: 8000 }, (_, index) => `line ${index}`).join("\n");
    const whole = readToTheEnd(text);
    expect(whole.text).toBe(text);
    expect(whole.turns).toBeLessThan(60);
  });

  it("says why it cannot read", () => {
    const [call] = readWholeSpecification(createSession([])).state === "reading" ? [{ offset: 1, limit: 400 }] : [];
    const input = { file_path: "/project/artifacts/specification.md", ...call };
    const missing: Call = { id: "1", name: "Read", input, result: "File does not exist.", isError: true };
    expect(readWholeSpecification(createSession([missing]))).toEqual({
      state: "unreadable",
      reason: "Read said: File does not exist.",
    });
  });
});
