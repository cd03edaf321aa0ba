import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { CcbError } from "@ccb/core/errors";
import fc from "fast-check";
import { getEncoding } from "js-tiktoken";
import { expect, test } from "vitest";
import { isTestDocument, type RecordedDocument } from "./_recorded-documents.ts";
import { createTokenCounter } from "./create-token-counter.ts";
import { estimateTokens, type Generation } from "./estimate-tokens.ts";

const DATA = fileURLToPath(new URL("../../../../../shared/data/claude-token-counts.jsonl", import.meta.url));

test("the estimate is within 3 % of recorded counts on specs and 6 % on code, on documents it was not fitted to", (context) => {
  if (!existsSync(DATA)) context.skip(`recorded token counts are not there: ${DATA}`);
  const documents = readFileSync(DATA, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RecordedDocument);
  const generations: [Generation, string][] = [
    ["claude-5", "claude-5"],
    ["claude-4.7", "claude-4.7-to-4.8"],
    ["claude-4", "claude-4.6-and-before"],
  ];
  for (const [generation, name] of generations) {
    for (const [kind, limit] of [
      ["spec", 0.03],
      ["code", 0.06],
    ] as const) {
      const errors = documents
        .filter((document) => document.kind === kind && isTestDocument(document.id))
        .map((document) => Math.abs(estimateTokens(document.text, { generation }) / (document.tokens[name] ?? 1) - 1));
      expect(errors.length).toBeGreaterThan(40);
      expect(
        errors.reduce((sum, error) => sum + error, 0) / errors.length,
        `${generation} ${kind}`,
      ).toBeLessThanOrEqual(limit);
    }
  }
});

test("one character again and again is never estimated below an exact counter", async () => {
  const count = await createTokenCounter({ kind: "o200k" });
  const characters = [..."abzAZ019 \n\t\r.,-=_*#|<{[`&", "é", "ж", "ب", "क", "漢", "한", "😀", "\u0001", "\u2028"];
  for (const character of characters) {
    const text = character.repeat(3000);
    expect(estimateTokens(text), JSON.stringify(character)).toBeGreaterThanOrEqual(count(text));
  }
  for (const alphabet of [
    "0123456789abcdef",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "!@#$%^&*()",
  ]) {
    let seed = 7;
    const random = Array.from({ length: 4000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return alphabet.charAt(seed % alphabet.length);
    }).join("");
    expect(estimateTokens(random), alphabet).toBeGreaterThanOrEqual(count(random));
  }
});

test("an estimate is a whole number, 0 for nothing, and grows with the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
      const whole = estimateTokens(a + b);
      expect(Number.isInteger(whole)).toBe(true);
      expect(whole === 0).toBe(a + b === "");
      expect(estimateTokens(`${a}${b}`.repeat(20))).toBeGreaterThanOrEqual(whole);
    }),
  );
});

test("the guarded o200k counter agrees with js-tiktoken on prose and stays quick on one long run", async () => {
  const count = await createTokenCounter({ kind: "o200k" });
  const exact = getEncoding("o200k_base");
  const text = readFileSync(
    fileURLToPath(new URL("../../fixtures/labelled/unseen/habit-api.md", import.meta.url)),
    "utf8",
  );
  expect(count(text)).toBe(exact.encode(text, [], []).length);
  expect(count("<|endoftext|>")).toBeGreaterThan(1);
  expect(count("a".repeat(200_000))).toBeGreaterThan(1000);
});

test("Anthropic's count endpoint is asked, and its refusal is a clear error", async () => {
  const seen: { url: string | undefined; key: unknown; body: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      seen.push({ url: request.url, key: request.headers["x-api-key"], body: JSON.parse(body) });
      const refused = request.headers["x-api-key"] === "wrong";
      response.writeHead(refused ? 401 : 200, { "content-type": "application/json" });
      response.end(refused ? '{"error":{"message":"invalid x-api-key"}}' : '{"input_tokens":42}');
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const count = await createTokenCounter({ kind: "anthropic", apiKey: "key", model: "claude-x", baseUrl });
    expect(await count("hello")).toBe(42);
    expect(seen[0]).toEqual({
      url: "/v1/messages/count_tokens",
      key: "key",
      body: { model: "claude-x", messages: [{ role: "user", content: "hello" }] },
    });
    const refused = await createTokenCounter({ kind: "anthropic", apiKey: "wrong", model: "claude-x", baseUrl });
    const error = await refused("hello").catch((cause: unknown) => cause);
    expect(CcbError.isInstance(error) && error.message).toMatch(/401/);
    expect(JSON.stringify(error)).not.toContain("wrong");
  } finally {
    server.close();
  }
});
