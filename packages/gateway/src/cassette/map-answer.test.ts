import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessageAssembler } from "../answer/_assemble-message.ts";
import { mapAnswer } from "./map-answer.ts";
import { rewriteAnswer } from "./rewrite-answer.ts";

const event = (data: { type: string } & Record<string, unknown>) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** A stream of one text block and one tool call, each cut into pieces. */
function renderStream(text: string[], input: string[]): string {
  const deltas = (index: number, [type, field]: [type: string, field: string], parts: string[]) =>
    parts.map((part) => event({ type: "content_block_delta", index, delta: { type, [field]: part } })).join("");
  return [
    event({ type: "message_start", message: { id: "m", role: "assistant", content: [], usage: { input_tokens: 1 } } }),
    event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
    deltas(0, ["text_delta", "text"], text),
    event({ type: "content_block_stop", index: 0 }),
    event({
      type: "content_block_start",
      index: 1,
      content_block: { type: "tool_use", id: "t", name: "Write", input: {} },
    }),
    deltas(1, ["input_json_delta", "partial_json"], input),
    event({ type: "content_block_stop", index: 1 }),
    event({ type: "message_stop" }),
  ].join("");
}

function contentOf(stream: string): unknown {
  const assembler = createMessageAssembler();
  assembler.push(Buffer.from(stream));
  expect(assembler.answer.isComplete).toBe(true);
  return assembler.answer.message?.content;
}

function cutAt(text: string, lengths: number[]): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const length of lengths) {
    parts.push(text.slice(at, at + length));
    at += length;
  }
  return [...parts, text.slice(at)];
}

const lengths = fc.array(fc.nat(12), { maxLength: 12 });

describe("rewriteAnswer", () => {
  it("replaces a path however the stream cuts it, also one that JSON escapes", () => {
    const paths = fc.constantFrom("/srv/shop", '/srv/a "quoted" shop', "/srv/sh\\op", "/srv/größe");
    fc.assert(
      fc.property(lengths, lengths, paths, (one, two, path) => {
        const text = `Writing ${path}/a.js now.`;
        const input = JSON.stringify({ file_path: `${path}/a.js`, content: "x" });
        const stream = renderStream(cutAt(text, one), cutAt(input, two));
        expect(contentOf(rewriteAnswer(stream, [{ from: path, to: "/srv/again" }]))).toEqual([
          { type: "text", text: "Writing /srv/again/a.js now." },
          { type: "tool_use", id: "t", name: "Write", input: { file_path: "/srv/again/a.js", content: "x" } },
        ]);
      }),
    );
  });

  it("keeps every byte of what holds nothing to replace", () => {
    fc.assert(
      fc.property(fc.string(), lengths, fc.jsonValue(), (text, cuts, value) => {
        const replacements = [{ from: "/no/such/place", to: "/tmp" }];
        for (const body of [renderStream(cutAt(text, cuts), ["{}"]), JSON.stringify(value), text, `${text}\n\n`]) {
          expect(rewriteAnswer(body, replacements)).toBe(body);
        }
      }),
    );
  });

  it("replaces in an answer that is no stream, and in the part of a stream that was cut", () => {
    const to = [{ from: "/srv/shop", to: "/srv/again" }];
    expect(rewriteAnswer('{"a":["/srv/shop/b"]}', to)).toBe('{"a":["/srv/again/b"]}');
    const cut = renderStream(["in /srv/shop"], ["{}"]).slice(0, -30);
    expect(rewriteAnswer(cut, to)).toContain("in /srv/again");
  });
});

describe("mapAnswer", () => {
  it("finds a secret that is split over deltas", () => {
    const key = "sk-ant-secret";
    const stream = renderStream(["key sk-an", "t-sec", "ret end"], ['{"a":"sk-a', 'nt-secret"}']);
    const clean = mapAnswer(stream, (text) => text.replaceAll(key, "[REDACTED]"));
    expect(JSON.stringify(contentOf(clean))).not.toContain("secret");
    expect(JSON.stringify(contentOf(clean))).toContain("key [REDACTED] end");
  });
});
