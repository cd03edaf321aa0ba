import { describe, expect, it } from "vitest";
import { redactSecrets } from "./redact-secrets.ts";

const key = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";

describe("redactSecrets", () => {
  it("finds a key after an escape whose last character is a letter", () => {
    for (const before of ["\n", "\t", "\u001b[32m", "a=", "a%3D", "a%0a", "", '"']) {
      for (const text of [before + key, JSON.stringify(before + key), JSON.stringify(JSON.stringify(before + key))]) {
        expect(redactSecrets(text)).not.toContain("abcdefghij");
      }
    }
  });

  it("leaves hyphenated words alone that only end in the form of a key", () => {
    for (const text of ["task-acceptance-generator-for-everything", "disk-abcdefghijklmnopqrstuvwxyz"]) {
      expect(redactSecrets(text)).toBe(text);
    }
  });

  it("finds a known value in plain, JSON-escaped and URL-encoded form", () => {
    const secret = 'pa"ss/wo\\rd é';
    const text = [secret, JSON.stringify(secret), encodeURIComponent(secret)].join(" | ");
    expect(redactSecrets(text, [secret])).toBe('[REDACTED] | "[REDACTED]" | [REDACTED]');
  });
});
