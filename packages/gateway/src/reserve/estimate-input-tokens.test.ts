import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateInputTokens } from "./estimate-input-tokens.ts";

function estimate(body: Record<string, unknown>, model = "claude-opus-5-5"): number {
  return estimateInputTokens({ model, bytes: Buffer.byteLength(JSON.stringify(body)), body });
}

const base64 = (bytes: number) => ({ type: "base64", media_type: "image/png", data: "A".repeat(bytes) });

describe("estimateInputTokens", () => {
  it("is a token a byte and a margin for what the API adds", () => {
    const body = { messages: [{ role: "user", content: "x".repeat(1_000) }] };
    expect(estimate(body)).toBe(Buffer.byteLength(JSON.stringify(body)) + 2_000);
  });

  it("never lies below the bytes of a text, in any script", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (content) => {
        expect(estimate({ messages: [{ role: "user", content }] })).toBeGreaterThan(Buffer.byteLength(content));
      }),
    );
  });

  it("counts pictures by number, wherever they stand, and not by their bytes", () => {
    const image = { type: "image", source: base64(900_000) };
    const result = { type: "tool_result", tool_use_id: "t", content: [image] };
    const tokens = estimate({ messages: [{ role: "user", content: [image, result] }] });
    expect(tokens).toBeGreaterThan(10_000);
    expect(tokens).toBeLessThan(13_000);
  });

  it("counts what the body does not tell as a full window: PDFs, files, tools that the server runs", () => {
    const content = [{ type: "document", source: { type: "url", url: "https://x/y.pdf" } }];
    const messages = [{ role: "user", content: "x" }];
    const uploaded = [{ type: "container_upload", file_id: "f" }];
    for (const body of [
      { messages: [{ role: "user", content }] },
      { messages: [{ role: "user", content: [{ type: "tool_result", content }] }] },
      { messages: [{ role: "user", content: uploaded }] },
      { messages, tools: [{ type: "web_search_20250305", name: "web_search" }] },
      { messages, mcp_servers: [] },
    ]) {
      expect(estimate(body)).toBe(1_000_000);
      expect(estimate(body, "claude-haiku-4-5")).toBe(200_000);
      expect(estimate(body, "somebody-elses-model")).toBe(1_000_000);
    }
    const text = [{ type: "document", source: { type: "text", data: "plain" } }];
    expect(estimate({ messages: [{ role: "user", content: text }] })).toBeLessThan(3_000);
  });

  it("never goes beyond the model's window, which the API refuses unbilled", () => {
    expect(estimate({ messages: [{ role: "user", content: "x".repeat(300_000) }] }, "claude-haiku-4-5")).toBe(200_000);
  });

  it("walks hostile nesting without a stack", () => {
    let content: unknown = "x";
    for (let i = 0; i < 100_000; i++) content = [{ type: "tool_result", content }];
    expect(estimateInputTokens({ model: "m", bytes: 10, body: { messages: [{ content }] } })).toBe(2_010);
  });
});
