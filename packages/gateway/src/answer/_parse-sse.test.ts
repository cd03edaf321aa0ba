import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSseParser } from "./_parse-sse.ts";

interface Event {
  name: string;
  data: string;
}

function parseChunks(chunks: Uint8Array[]): Event[] {
  const events: Event[] = [];
  const parser = createSseParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

const word = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n]/g, " ").replace(/^ /, "_"));

describe("createSseParser", () => {
  it("reads the same events whatever the chunks and line ends are", () => {
    const event = fc.record({ name: word, data: fc.array(word, { minLength: 1, maxLength: 3 }) });
    const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(fc.array(event), lineEnd, fc.array(fc.nat(40)), (events, end, sizes) => {
        const text = events
          .map(({ name, data }) => [`event: ${name}`, ...data.map((line) => `data: ${line}`), "", ""].join(end))
          .join("");
        // The last end of line may be the first half of one, so something has to come after it.
        const bytes = Buffer.from(`${text}: end\n`);
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        chunks.push(bytes.subarray(at));
        expect(parseChunks(chunks)).toEqual(events.map(({ name, data }) => ({ name, data: data.join("\n") })));
      }),
    );
  });

  it("takes fields without a space, and leaves comments and unknown fields out", () => {
    const text = ":ping\nid: 7\nevent:a\ndata:{}\nretry: 1\n\nevent: nothing\n\ndata\n\n";
    expect(parseChunks([Buffer.from(text)])).toEqual([
      { name: "a", data: "{}" },
      { name: "", data: "" },
    ]);
  });
});
