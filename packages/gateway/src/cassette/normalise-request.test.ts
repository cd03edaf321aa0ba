import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listInterruptedTools, normaliseRequest, sessionOf } from "./normalise-request.ts";
import { replaceDirectories } from "./replace-texts.ts";

const session = (id: string) => ({ user_id: JSON.stringify({ device_id: "d", session_id: id }) });
const result = (id: string, content: unknown) => ({ type: "tool_result", tool_use_id: id, content });
const request = (blocks: unknown[], rest = {}) => ({
  model: "m",
  messages: [{ role: "user", content: blocks }],
  ...rest,
});
const normalise = (value: unknown, directory = "/srv/shop") =>
  normaliseRequest(value, { replacements: replaceDirectories([directory], "<project>") });

const runOne = request(
  [
    { type: "text", text: "<system-reminder>\nRecent commits:\n3f2a91c Plan\ndbbdecc Write two\n</system-reminder>" },
    { type: "text", text: "Write /srv/shop/a.js within 200 ms, see commit 3f2a91c." },
    result("t1", "✔ works (62.835791ms)\nℹ duration_ms 528.78\nSat Nov 28 04:44:49 2026 +0000\nat 127.0.0.1:43121"),
    result("t2", [
      { type: "text", text: "/srv/shop/a.js 2026-11-28T04:44:49.123Z 0f9c2b1e-1111-4222-8333-444455556666" },
    ]),
  ],
  {
    metadata: session("0f9c2b1e-1111-4222-8333-444455556666"),
    system: [{ type: "text", text: "x-anthropic-billing-header: a" }],
  },
);

describe("normaliseRequest", () => {
  it("makes two runs of the same build equal: ids, times, ports, hashes and the place they ran at", () => {
    const text = JSON.stringify(runOne)
      .replaceAll("/srv/shop", "/srv/again")
      .replace("3f2a91c Plan", "9b8c7d6 Plan")
      .replace("dbbdecc Write", "1234567 Write")
      .replace("62.835791ms", "3.1ms")
      .replace("528.78", "1")
      .replace("Sat Nov 28 04:44:49 2026", "Mon Nov 30 10:00:00 2026")
      .replace("43121", "51234")
      .replace("2026-11-28T04:44:49.123Z", "2027-01-01T00:00:00Z")
      .replaceAll("0f9c2b1e-1111-4222-8333-444455556666", "aaaaaaaa-1111-4222-8333-444455556666")
      .replace("billing-header: a", "billing-header: b");
    expect(normalise(JSON.parse(text), "/srv/again")).toEqual(normalise(runOne));
    expect(text).not.toBe(JSON.stringify(runOne));
  });

  it("compares prompts and specifications as they are", () => {
    for (const [from, to] of [
      ["within 200 ms", "within 300 ms"],
      ["commit 3f2a91c.", "commit 3f2a91d."],
      ["works", "fails"],
    ] as const) {
      const other = JSON.parse(JSON.stringify(runOne).replace(from, to));
      expect(normalise(other)).not.toEqual(normalise(runOne));
    }
  });

  it("does not depend on the order in which tools that ran side by side ended", () => {
    const blocks = ["a", "b", "c", "d"].map((id) => result(id, `gave ${id}`));
    fc.assert(
      fc.property(fc.shuffledSubarray(blocks, { minLength: 4 }), (shuffled) => {
        expect(normalise(request(shuffled))).toEqual(normalise(request(blocks)));
      }),
    );
  });

  it("is the same when it is done again, and depends on nothing but the texts", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (texts, output) => {
        const value = request([...texts.map((text) => ({ type: "text", text })), result("t", output)]);
        expect(normalise(normalise(value))).toEqual(normalise(value));
      }),
    );
  });

  it("takes no folder for the project whose name only begins like it", () => {
    const of = (text: string) => JSON.stringify(normalise(request([{ type: "text", text }])));
    expect(of("/srv/shop/a and /srv/shop-old/a")).toContain("<project>/a and /srv/shop-old/a");
  });

  it("knows the session and the tools under which it was cut", () => {
    expect(sessionOf(runOne)).toBe("0f9c2b1e-1111-4222-8333-444455556666");
    const cut = request([result("t1", "[Tool call interrupted: the session ended]"), result("t2", "fine")]);
    expect(listInterruptedTools(cut)).toEqual(["t1", "t2"]);
    expect(listInterruptedTools(runOne)).toEqual([]);
  });
});
